import Calibration
import Files
package import Ingestion
import Reporting
import Tabular

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a CSV file or a model looks like.
package struct Inspection: Sendable {
  /// For people.
  package let text: String
  private let encoded: [UInt8]

  private init(lines: [String], encoded: [UInt8]) {
    text = lines.map { printable($0) + "\n" }.joined()
    self.encoded = encoded
  }

  /// For scripts.
  package func json() -> [UInt8] { encoded }

  /// A model is known by the JSON header behind its first eight bytes; anything else is read as CSV.
  package static func of(_ path: String, dialect: CSVDialect) throws -> Inspection {
    do {
      let file = try InputFile(path: path)  // once, for it may be a pipe
      return try isModel(file) ? ofModel(file) : ofTable(file, dialect)
    } catch { throw StillwaterError(error) }
  }

  private static func isModel(_ file: InputFile) throws -> Bool {
    let bytes = try file.peek(9)
    return bytes.count == 9 && bytes[8] == UInt8(ascii: "{") && bytes[6] == 0 && bytes[7] == 0
  }

  // Models.

  private struct ModelReport: Encodable {
    var card: ModelCard
    var columns: [ColumnSchema]
    var calibration: CalibrationSummary
    var promise, condition, sha256: String
  }

  private static func ofModel(_ file: InputFile) throws -> Inspection {
    let (detector, hash) = try Detector.load(file)
    let (card, summary) = (detector.card, detector.calibration.summary)
    let report = ModelReport(
      card: card, columns: detector.layout.schema.columns, calibration: summary,
      promise: summary.promise, condition: summary.condition, sha256: hash)
    var lines = [
      "model of a \(card.kind), quality \(card.quality.rawValue), seed \(card.seed), "
        + "written by stillwater \(card.version)",
      "learned from \(card.rowsUsed) rows; \(card.rowsHeldBack) held back for calibration; "
        + "\(card.exemplars) baseline rows inside",
    ]
    if let window = card.window { lines.append("windows of up to \(window) rows") }
    if let steps = card.trainingSteps, let loss = card.finalLoss {
      lines.append(
        "network trained for \(steps) steps, final loss \(Float(loss))"
          + (card.stoppedEarly == true ? ", stopped early" : ""))
    }
    lines.append("threshold \(summary.threshold.value) (\(summary.method.rawValue))")
    lines.append("\(summary.promise); \(summary.condition)")
    lines.append("columns:")
    lines += detector.layout.schema.columns.map {
      "  \($0.name): \($0.kind.rawValue), \($0.role.rawValue)" + ($0.isConstant ? ", constant" : "")
    }
    lines += card.warnings.map { "warning: \($0)" }
    return Inspection(lines: lines, encoded: SnakeCaseJSON.encode(report, indented: true))
  }

  // Files.

  private struct TableReport: Encodable {
    var file: String
    var delimiter: String
    var rowsInspected: Int
    var isWholeFile: Bool
    var columns: [ColumnProfile]
    var warnings: [String]
  }

  private static func ofTable(_ file: InputFile, _ dialect: CSVDialect) throws -> Inspection {
    let path = file.path
    var reader = try TableReader(
      file: file, dialect: dialect, limits: ReadingLimits(), policy: .fail)
    let inferred = try reader.inferSchema()
    let rejected = try reader.checkPreview(ReadingPlan(schema: inferred.schema))
    var (_, warnings) = try DataLayout.resolve(
      inferred, path: path, dialect: dialect, columns: ColumnOptions())
    warnings += reader.warnings(knownColumns: reader.header) + damage(rejected)
    let report = TableReport(
      file: path, delimiter: dialect.delimiter.rawValue, rowsInspected: inferred.rows,
      isWholeFile: inferred.isWholeFile, columns: inferred.profiles, warnings: warnings)
    var lines = [
      place(path) + "\(inferred.profiles.count) columns, \(inferred.rows) rows inspected"
        + (inferred.isWholeFile ? "" : " (the first of the file)")
    ]
    let width = min(40, inferred.profiles.map(\.name.count).max() ?? 0)
    lines += inferred.profiles.map { line(of: $0, width: width) }
    if let guess = reader.delimiterGuess {
      lines.append("warning: the header looks like one with --delimiter \(guess.rawValue)")
    }
    lines += warnings.map { "warning: \($0)" }
    return Inspection(lines: lines, encoded: SnakeCaseJSON.encode(report, indented: true))
  }

  /// The first damaged rows and how many there are.
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
