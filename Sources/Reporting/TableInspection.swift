import Files
package import Ingestion
import Tabular

/// The description of a CSV file: dialect, columns, and damage in the rows that were inspected.
package struct TableInspection: Encodable, Sendable {
  package var file: String
  package var delimiter: String
  package var rowsInspected: Int
  package var isWholeFile: Bool
  package var columns: [ColumnProfile]
  package var warnings: [String]

  /// * `damaged`: the damaged rows among those inspected; the first 20 are listed.
  package init(
    file: String, delimiter: CSVDialect.Delimiter, _ inferred: InferredSchema, warnings: [String],
    damaged: [RejectedRow]
  ) {
    (self.file, self.delimiter) = (file, delimiter.rawValue)
    (rowsInspected, isWholeFile) = (inferred.rows, inferred.isWholeFile)
    columns = inferred.profiles
    self.warnings = warnings + Self.damage(damaged)
  }

  /// The description for people, one column per line.
  ///
  /// * `guess`: the delimiter the header suggests instead of the given one, if any.
  package func lines(guess: CSVDialect.Delimiter?) -> [String] {
    let width = min(40, columns.map(\.name.count).max() ?? 0)
    var lines = [
      location(file) + "\(columns.count) columns, \(rowsInspected) rows inspected"
        + (isWholeFile ? "" : " (the first of the file)")
    ]
    lines += columns.map { Self.line(of: $0, width: width) }
    if let guess {
      lines.append("warning: the header looks like one with --delimiter \(guess.rawValue)")
    }
    return lines + warnings.map { "warning: \($0)" }
  }

  /// Messages for the first damaged rows, and their number.
  private static func damage(_ rows: [RejectedRow]) -> [String] {
    guard !rows.isEmpty else { return [] }
    let count =
      "damaged rows: \(rows.count); they are refused, or set aside with "
      + "--on-bad-rows quarantine"
    return rows.prefix(20).map(\.description) + [count]
  }

  private static func line(of profile: ColumnProfile, width: Int) -> String {
    let name = String(printable(profile.name).prefix(40))
    var text = "  " + name + String(repeating: " ", count: max(1, width + 2 - name.count))
    text += profile.isConstant ? "constant " + profile.kind.rawValue : profile.kind.rawValue
    if profile.missing > 0 { text += ", \(profile.missing) missing" }
    if let minimum = profile.minimum, let maximum = profile.maximum, profile.kind == .number {
      text += ", \(Float(minimum)) to \(Float(maximum)), mean \(Float(profile.mean ?? 0))"
    } else {
      text += ", \(profile.distinct) different"
      if let example = profile.examples.first { text += ", such as \(quoted(example))" }
    }
    return text
  }
}
