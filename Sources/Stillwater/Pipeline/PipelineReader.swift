import Yams

/// Reads the nodes of a pipeline file and collects what is wrong with them, each with its place.
final class PipelineReader {
  let path: String
  private(set) var problems: [String] = []

  init(path: String) { self.path = path }

  func report(_ node: Node?, _ reason: String) {
    let mark = node?.mark
    problems.append("\(path):\(mark?.line ?? 1):\(mark?.column ?? 1): \(reason)")
  }

  /// All problems as one error, at most 20 and then a count; nothing when there are none.
  func check() throws {
    guard !problems.isEmpty else { return }
    var lines = Array(problems.prefix(20))
    if problems.count > 20 { lines.append("and \(problems.count - 20) more problems") }
    throw StillwaterError(.badConfiguration, lines.joined(separator: "\n"))
  }

  /// The members of a mapping; keys that are not allowed are reported with the nearest that is.
  func members(of node: Node?, allowed: [String], what: String) -> Members {
    guard let node else { return Members(reader: self, nodes: [:]) }
    guard let mapping = node.mapping else {
      report(node, "\(what) must hold keys and values")
      return Members(reader: self, nodes: [:])
    }
    var nodes: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string, allowed.contains(name) else {
        let name = key.scalar?.string ?? "?"
        report(key, "unknown key \"\(name)\" in \(what)" + suggestion(for: name, among: allowed))
        continue
      }
      nodes[name] = value
    }
    return Members(reader: self, nodes: nodes)
  }

  /// The values of a mapping, read as what they must be; wrong ones are reported and count as absent.
  struct Members {
    let reader: PipelineReader
    let nodes: [String: Node]

    func has(_ key: String) -> Bool { nodes[key] != nil }

    func text(_ key: String) -> String? {
      guard let node = nodes[key] else { return nil }
      guard let text = node.scalar?.string, !text.isEmpty else {
        reader.report(node, "\(key) must be a text")
        return nil
      }
      return text
    }

    /// A text, or a list of them.
    func texts(_ key: String) -> [String]? {
      guard let node = nodes[key] else { return nil }
      if let text = node.scalar?.string { return [text] }
      let texts = node.sequence?.map { $0.scalar?.string }
      guard let texts, texts.allSatisfy({ $0 != nil }) else {
        reader.report(node, "\(key) must be a text or a list of texts")
        return nil
      }
      return texts.compactMap { $0 }
    }

    func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
      guard let node = nodes[key] else { return nil }
      guard let value = node.scalar.flatMap({ Double($0.string) }), range.contains(value) else {
        reader.report(
          node, "\(key) must be a number from \(range.lowerBound) to \(range.upperBound)")
        return nil
      }
      return value
    }

    func whole(_ key: String, in range: ClosedRange<Int>) -> Int? {
      guard let node = nodes[key] else { return nil }
      guard let value = node.scalar.flatMap({ Int($0.string) }), range.contains(value) else {
        reader.report(
          node, "\(key) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
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
        reader.report(node, "\(key) must be true or false")
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
        "\(key) must be one of \(words.joined(separator: ", ")), found \"\(text)\""
          + suggestion(for: text, among: words))
      return nil
    }
  }
}
