import Files
import Stillwater
import Yams

/// Reads the nodes of a pipeline file and collects what is wrong with them, each with its place.
final class PipelineReader {
  private(set) var problems: [PipelineProblem] = []

  /// Notes a problem; `node` is where it is, nil for the start of the file.
  func report(_ node: Node?, _ reason: String, isMissingInput: Bool = false) {
    let mark = node?.mark
    problems.append(
      PipelineProblem(
        line: mark?.line ?? 1, column: mark?.column ?? 1, reason: printable(reason),
        isMissingInput: isMissingInput))
  }

  /// The problems in the order of their places; of one place, in the order they were found.
  var sorted: [PipelineProblem] {
    problems.enumerated().sorted {
      ($0.element.line, $0.element.column, $0.offset)
        < ($1.element.line, $1.element.column, $1.offset)
    }.map(\.element)
  }

  /// The members of a mapping; keys that are not allowed are reported with the nearest that is.
  func members(of node: Node?, allowed: [String], what: String) -> PipelineMembers {
    var members = PipelineMembers(reader: self, node: node)
    guard let node else { return members }
    guard let mapping = node.mapping else {
      report(node, "\(what) must hold keys and values, found \(found(node))")
      return members
    }
    for (key, value) in mapping {
      if let name = key.scalar?.string, allowed.contains(name) {
        members.nodes[name] = value
      } else {
        let name = key.scalar?.string ?? ""
        // Far more problems than are ever told need no advice.
        let advice = problems.count < 100 ? suggestion(for: name, among: allowed) : ""
        report(key, "unknown key \(found(key)) in \(what)" + advice)
      }
    }
    return members
  }
}

/// What stands in place of something else, in words.
private func found(_ node: Node) -> String {
  switch node {
  case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : shown(scalar.string)
  case .sequence: "a list"
  case .mapping: "keys and values"
  case .alias: "an alias"
  }
}

/// The values of a mapping, read as what they must be; wrong ones are reported and count as absent.
struct PipelineMembers {
  let reader: PipelineReader
  /// The mapping itself.
  let node: Node?
  var nodes: [String: Node] = [:]

  /// A text with the place where it stands.
  struct Item {
    let text: String
    let node: Node
  }

  init(reader: PipelineReader, node: Node?) { (self.reader, self.node) = (reader, node) }

  /// Whether there is anything to read; if not, that has been reported.
  var isMapping: Bool { node?.mapping != nil }

  func has(_ key: String) -> Bool { nodes[key] != nil }

  func text(_ key: String) -> String? { item(key)?.text }

  /// A text that is not empty.
  func item(_ key: String) -> Item? { nodes[key].flatMap { item($0, of: key) } }

  /// A text or a list of them, nil when the key is not there.
  func items(_ key: String) -> [Item]? {
    guard let node = nodes[key] else { return nil }
    guard let sequence = node.sequence else {
      return [item(node, of: key, expected: "a text or a list of texts")].compactMap { $0 }
    }
    return sequence.compactMap { item($0, of: key) }
  }

  func texts(_ key: String) -> [String]? { items(key)?.map(\.text) }

  private func item(_ node: Node, of key: String, expected: String = "a text") -> Item? {
    guard let text = node.scalar?.string, !text.isEmpty else {
      reader.report(node, "\(key) must be \(expected), found \(found(node))")
      return nil
    }
    return Item(text: text, node: node)
  }

  /// A decimal number; `expected` says in words what `range` allows.
  func number(_ key: String, in range: ClosedRange<Double>, expected: String) -> Double? {
    guard let node = nodes[key] else { return nil }
    guard let value = node.scalar.flatMap({ decimal($0.string) }), range.contains(value) else {
      reader.report(node, "\(key) must be \(expected), found \(found(node))")
      return nil
    }
    return value
  }

  func whole(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let node = nodes[key] else { return nil }
    guard let value = node.scalar.flatMap({ Int($0.string) }), range.contains(value) else {
      let bounds =
        range.upperBound == .max
        ? "of \(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
      reader.report(node, "\(key) must be a whole number \(bounds), found \(found(node))")
      return nil
    }
    return value
  }

  func flag(_ key: String) -> Bool? {
    guard let node = nodes[key] else { return nil }
    switch node.scalar?.string {
    case "true": return true
    case "false": return false
    default:
      reader.report(node, "\(key) must be true or false, found \(found(node))")
      return nil
    }
  }

  /// One of the words of an enumeration.
  func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _ type: Choice.Type)
    -> Choice?
  where Choice.RawValue == String {
    guard let node = nodes[key] else { return nil }
    let text = node.scalar?.string ?? ""
    if let choice = Choice(rawValue: text) { return choice }
    let words = Choice.allCases.map(\.rawValue)
    reader.report(
      node,
      "\(key) must be one of \(words.joined(separator: ", ")), found \(found(node))"
        + suggestion(for: text, among: words))
    return nil
  }
}

/// Sign, digits, point and exponent, and nothing of the other forms that Double takes.
private func decimal(_ text: String) -> Double? {
  let isPlain = text.utf8.allSatisfy {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "+-.eE".utf8.contains($0)
  }
  return isPlain ? Double(text) : nil
}
