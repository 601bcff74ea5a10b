import Files
import Options
import Stillwater
import Yams

/// Collects the problems of a pipeline file, each with the location of its node.
final class PipelineReader {
  private(set) var problems: [PipelineProblem] = []
  private var known: Set<PipelineProblem> = []

  /// Adds a problem unless it is known already.
  ///
  /// * `node`: its location; nil for the start of the file.
  func report(_ node: Node?, _ reason: String, isMissingInput: Bool = false) {
    let mark = node?.mark
    let problem = PipelineProblem(
      line: mark?.line ?? 1, column: mark?.column ?? 1, reason: printable(reason),
      isMissingInput: isMissingInput)
    if known.insert(problem).inserted { problems.append(problem) }
  }

  /// The problems in the order of their locations and, at one location, in the order they were found.
  var sorted: [PipelineProblem] {
    problems.enumerated().sorted {
      ($0.element.line, $0.element.column, $0.offset)
        < ($1.element.line, $1.element.column, $1.offset)
    }.map(\.element)
  }

  /// The members of a mapping; unknown keys are reported with the nearest valid one.
  ///
  /// * `what`: the name of the mapping in messages.
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
        // Suggestions are costly, and beyond 100 problems none would be shown.
        let advice = problems.count < 100 ? suggestion(for: name, among: allowed) : ""
        report(key, "unknown key \(found(key)) in \(what)" + advice)
      }
    }
    return members
  }
}

/// A description of a node for "found ..." in messages.
private func found(_ node: Node) -> String {
  switch node {
  case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : shown(scalar.string)
  case .sequence: "a list"
  case .mapping: "keys and values"
  case .alias: "an alias"
  }
}

/// The values of a mapping, read with the expected types; wrong ones are reported and count as absent.
struct PipelineMembers {
  let reader: PipelineReader
  /// The mapping itself.
  let node: Node?
  var nodes: [String: Node] = [:]

  /// A text with its node, for the location.
  struct Item {
    let text: String
    let node: Node
  }

  init(reader: PipelineReader, node: Node?) { (self.reader, self.node) = (reader, node) }

  /// Whether the node is a mapping; if it is something else, that has been reported.
  var isMapping: Bool { node?.mapping != nil }

  func has(_ key: String) -> Bool { nodes[key] != nil }

  func text(_ key: String) -> String? { item(key)?.text }

  /// The non-empty text under a key; nil when the key is absent or the value is wrong.
  func item(_ key: String) -> Item? { nodes[key].flatMap { item($0, of: key) } }

  /// The texts under a key, which may hold one or a list; nil when the key is absent.
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

  /// Reports a value other than this whole number.
  func check(_ key: String, is number: Int) {
    guard let node = nodes[key], node.scalar?.string != "\(number)" else { return }
    reader.report(
      node, "\(key) must be a whole number from \(number) to \(number), found \(found(node))")
  }
}

extension PipelineMembers {
  /// Sets the options of a section: from the environment, else from the keys.
  ///
  /// Paths are skipped, since they are resolved and tracked separately (`PipelineFiles`).
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

  /// The texts of a value; nil when an element of a list is not a text, which has been reported.
  private func texts(of value: Node, _ key: String, _ shape: Wording.Shape) -> [String]? {
    guard shape == .many, let sequence = value.sequence else {
      return value.scalar.map { [$0.string] } ?? [""]
    }
    let items = sequence.compactMap { item($0, of: key) }
    return items.count == sequence.count ? items.map(\.text) : nil
  }
}
