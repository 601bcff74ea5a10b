import Files
package import Stillwater

/// One problem of a pipeline file with its location; lines and columns count from 1.
package struct PipelineProblem: Error, Hashable, Sendable {
  package let line: Int
  package let column: Int
  package let reason: String
  /// Whether the pipeline is valid and merely a file that it names does not exist.
  package let isMissingInput: Bool

  package init(line: Int, column: Int, reason: String, isMissingInput: Bool = false) {
    (self.line, self.column) = (line, column)
    (self.reason, self.isMissingInput) = (reason, isMissingInput)
  }
}

/// Why a pipeline file was refused.
package enum PipelineError: Error, Equatable {
  /// The file is not UTF-8 from this line on.
  case notText(path: String, line: Int)
  /// All problems, in the order of their locations.
  case problems(path: String, [PipelineProblem])

  /// The most problems listed in the message.
  static let mostListed = 20

  /// The kind of the error as a whole: `missingInput` only when nothing else is wrong.
  package var kind: StillwaterError.Kind {
    switch self {
    case .notText: .badConfiguration
    case .problems(_, let problems):
      problems.allSatisfy(\.isMissingInput) ? .missingInput : .badConfiguration
    }
  }
}

extension PipelineError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notText(let path, let line): return "\(printable(path)):\(line):1: expected UTF-8 text"
    case .problems(let path, let problems):
      var lines = problems.prefix(Self.mostListed).map {
        "\(printable(path)):\($0.line):\($0.column): \($0.reason)"
      }
      let rest = problems.count - lines.count
      if rest > 0 { lines.append("and \(rest) more problem\(rest == 1 ? "" : "s")") }
      return lines.joined(separator: "\n")
    }
  }
}

/// Quotes untrusted text for a message: at most 40 scalars, control characters replaced by U+FFFD.
func shown(_ text: String) -> String {
  let scalars = text.unicodeScalars.prefix(40).map { scalar in
    let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    return isControl ? Character("\u{FFFD}") : Character(scalar)
  }
  return "\"\(String(scalars))\(text.unicodeScalars.count > 40 ? "..." : "")\""
}
