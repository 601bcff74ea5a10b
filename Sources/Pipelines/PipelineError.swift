import Files
package import Stillwater

/// One fault of a pipeline file with its place; lines and columns count from 1.
package struct PipelineProblem: Error, Hashable, Sendable {
  package let line: Int
  package let column: Int
  package let reason: String
  /// Whether the file itself is sound and only something it names is not there.
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
  /// All faults, in the order of their places.
  case problems(path: String, [PipelineProblem])

  /// The most problems that are told one by one.
  static let mostTold = 20

  /// What kind of fault it is as a whole: that inputs are missing only when nothing else is wrong.
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
      var lines = problems.prefix(Self.mostTold).map {
        "\(printable(path)):\($0.line):\($0.column): \($0.reason)"
      }
      let rest = problems.count - lines.count
      if rest > 0 { lines.append("and \(rest) more problem\(rest == 1 ? "" : "s")") }
      return lines.joined(separator: "\n")
    }
  }
}

/// Text from outside as it can be shown in one line: in quotes, cut, without control characters.
func shown(_ text: String) -> String {
  let scalars = text.unicodeScalars.prefix(40).map { scalar in
    let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    return isControl ? Character("\u{FFFD}") : Character(scalar)
  }
  return "\"\(String(scalars))\(text.unicodeScalars.count > 40 ? "..." : "")\""
}
