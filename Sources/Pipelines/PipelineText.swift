import Yams

/// Parses the text of a pipeline file into YAML nodes with locations.
enum PipelineText {
  /// The longest pipeline file accepted, in bytes.
  static let longest = 1 << 18

  /// The most aliases accepted: nested aliases can make a small file expand exponentially.
  static let mostAliases = 8

  /// Parses one YAML document; nil when there is none.
  ///
  /// Every scalar stays the text it is written as. Throws for malformed YAML, several documents,
  /// duplicate keys, or too many aliases.
  static func compose(_ text: String) throws(PipelineProblem) -> Node? {
    try checkAliases(Array(text.utf8))
    do {
      // The basic resolver leaves every scalar the text it is.
      return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      throw problem(error)
    } catch {
      throw PipelineProblem(line: 1, column: 1, reason: "not a YAML file: \(error)")
    }
  }

  /// Counts everything that may be an alias: an asterisk where a value or key can begin.
  ///
  /// Asterisks inside quotes may be counted too, since distinguishing quotes from apostrophes would take a
  /// complete scanner; counting too many is safe.
  private static func checkAliases(_ bytes: [UInt8]) throws(PipelineProblem) {
    var (line, column, count) = (1, 0, 0)
    var previous: UInt8?  // the last byte on the line that is not blank
    for byte in bytes {
      column += 1
      switch byte {
      case 0x0A: (line, column, previous) = (line + 1, 0, nil)
      case 0x0D: previous = nil
      case 0x20, 0x09: break
      default:
        if byte == UInt8(ascii: "*"), canPrecedeValue(previous) { count += 1 }
        guard count <= mostAliases else {
          throw PipelineProblem(
            line: line, column: column, reason: "more than \(mostAliases) aliases (*name)")
        }
        previous = byte
      }
    }
  }

  /// Whether a value can follow this byte; bytes beyond ASCII may belong to a Unicode line end.
  private static func canPrecedeValue(_ byte: UInt8?) -> Bool {
    guard let byte else { return true }
    return byte >= 0x80 || "-?:,[{".utf8.contains(byte)
  }

  private static func problem(_ error: YamlError) -> PipelineProblem {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let isAlias = context?.text.contains("alias") ?? false || problem.contains("alias")
      let advice = isAlias ? "; a text that begins with * or & must stand in quotes" : ""
      return PipelineProblem(line: mark.line, column: mark.column, reason: worded(problem) + advice)
    case .reader(let problem, let offset, _, let yaml):
      let location = location(of: offset ?? 0, in: yaml)
      return PipelineProblem(line: location.line, column: location.column, reason: problem)
    case .duplicatedKeysInMapping(let names, let context):
      let all = names.sorted().prefix(PipelineError.mostListed).map { shown($0) }
      return PipelineProblem(
        line: context.mark.line, column: context.mark.column,
        reason: "a key stands twice: \(all.joined(separator: ", ")); here is the first")
    default: return PipelineProblem(line: 1, column: 1, reason: "not a YAML file: \(error)")
    }
  }

  /// The parser's message, reworded where it would mean nothing to a user.
  private static func worded(_ problem: String) -> String {
    switch problem {
    case let text where text.hasPrefix("Maximum nesting level"): "nested too deeply"
    case "but found another document": "a second document begins; a pipeline is one"
    default: problem
    }
  }

  /// The line and column of the character at `offset`.
  private static func location(of offset: Int, in text: String) -> (line: Int, column: Int) {
    var (line, column) = (1, 1)
    for character in text.prefix(offset) {
      (line, column) = character.isNewline ? (line + 1, 1) : (line, column + 1)
    }
    return (line, column)
  }
}
