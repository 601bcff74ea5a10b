import Files
import Options
import Stillwater
import Yams

/// Reads the nodes of a pipeline file and collects what is wrong with them, each with its place.
final class PipelineReader {
  private(set) var problems: [PipelineProblem] = []
  private var known: Set<PipelineProblem> = []

  /// Notes a problem, once; `node` is where it is, nil for the start of the file.
  func report(_ node: Node?, _ reason: String, isMissingInput: Bool = false) {
    let mark = node?.mark
    let problem = PipelineProblem(
      line: mark?.line ?? 1, column: mark?.column ?? 1, reason: printable(reason),
      isMissingInput: isMissingInput)
    if known.insert(problem).inserted { problems.append(problem) }
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

  private func item(_ node: Node, of key: String, expected: String = "a text") -> Item? {
    guard let text = node.scalar?.string, !text.isEmpty else {
      reader.report(node, "\(key) must be \(expected), found \(found(node))")
      return nil
    }
    return Item(text: text, node: node)
  }

  /// The one whole number that a key may hold.
  func check(_ key: String, is number: Int) {
    guard let node = nodes[key], node.scalar?.string != "\(number)" else { return }
    reader.report(
      node, "\(key) must be a whole number from \(number) to \(number), found \(found(node))")
  }
}

extension PipelineMembers {
  /// Sets the options that a section holds, or the environment in its stead.
  func read<Root: Configurable>(
    _ root: inout Root, _ section: PipelineSection, _ given: inout Given
  ) {
    let settings = Root.table.filter { $0.section == section && $0.wording.shape != .path }
    for setting in settings {
      if let texts = setting.textsOfEnvironment {
        given.add(setting.name, .variable)
        guard !setting.set(&root, texts) else { continue }
        let text = shown(texts.joined(separator: ","))
        reader.report(node, setting.fault(texts, .variable, found: text).description)
      } else if let value = nodes[setting.key] {
        given.add(setting.name, .key)
        guard let texts = texts(of: value, setting.key, setting.wording.shape) else { continue }
        guard !setting.set(&root, texts) else { continue }
        reader.report(value, setting.fault(texts, .key, found: found(value)).description)
      }
    }
  }

  /// The texts of a value; nil when one of a list is none, which has been reported.
  private func texts(of value: Node, _ key: String, _ shape: Wording.Shape) -> [String]? {
    guard shape == .many, let sequence = value.sequence else {
      return value.scalar.map { [$0.string] } ?? [""]
    }
    let items = sequence.compactMap { item($0, of: key) }
    return items.count == sequence.count ? items.map(\.text) : nil
  }
}
