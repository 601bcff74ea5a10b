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

  /// For scripts.
  package func json() -> [UInt8] { encoded }

  /// A model is known by the JSON header behind its first eight bytes; anything else is read as CSV.
  package static func of(_ path: String, dialect: CSVDialect) throws -> Inspection {
    do {
      return try isModel(path) ? ofModel(path) : ofTable(path, dialect)
    } catch { throw StillwaterError(error) }
  }

  private static func isModel(_ path: String) throws -> Bool {
    guard path != "-" else { return false }
    let file = try InputFile(path: path)
    var bytes: [UInt8] = []
    while bytes.count < 9, try file.read(upTo: 9 - bytes.count, into: &bytes) > 0 {}
    return bytes.count == 9 && bytes[8] == UInt8(ascii: "{") && bytes[6] == 0 && bytes[7] == 0
  }

  // Models.

  private struct ModelReport: Encodable {
    var card: ModelCard
    var columns: [ColumnSchema]
    var calibration: CalibrationSummary
    var promise, condition, sha256: String
  }

  private static func ofModel(_ path: String) throws -> Inspection {
    let (detector, hash) = try Detector.load(path)
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
    return Inspection(text: lines.joined(separator: "\n") + "\n", encoded: prettyJSON(report))
  }

  // Files.

  private struct TableReport: Encodable {
    var file: String
    var delimiter: String
    var rowsInspected: Int
    var isWholeFile: Bool
    var columns: [ColumnProfile]
    var warnings: [String]

    private enum CodingKeys: String, CodingKey {
      case file, delimiter, columns, warnings
      case rowsInspected = "rows_inspected"
      case isWholeFile = "is_whole_file"
    }
  }

  private static func ofTable(_ path: String, _ dialect: CSVDialect) throws -> Inspection {
    var reader = try TableReader(path: path, dialect: dialect)
    let inferred = try reader.inferSchema()
    try reader.checkPreview()
    let (_, warnings) = try DataLayout.resolve(
      inferred, path: path, dialect: dialect, columns: ColumnOptions())
    let report = TableReport(
      file: path, delimiter: dialect.delimiter.rawValue, rowsInspected: inferred.rows,
      isWholeFile: inferred.isWholeFile, columns: inferred.profiles, warnings: warnings)
    var lines = [
      "\(path): \(inferred.profiles.count) columns, \(inferred.rows) rows inspected"
        + (inferred.isWholeFile ? "" : " (the first of the file)")
    ]
    let width = min(40, inferred.profiles.map(\.name.count).max() ?? 0)
    lines += inferred.profiles.map { line(of: $0, width: width) }
    if let guess = reader.delimiterGuess {
      lines.append("warning: the header looks like one with --delimiter \(guess.rawValue)")
    }
    lines += warnings.map { "warning: \($0)" }
    return Inspection(text: lines.joined(separator: "\n") + "\n", encoded: prettyJSON(report))
  }

  private static func line(of profile: ColumnProfile, width: Int) -> String {
    let name = String(profile.name.prefix(40))
    var text = "  " + name + String(repeating: " ", count: max(1, width + 2 - name.count))
    text += profile.isConstant ? "constant " + profile.kind.rawValue : profile.kind.rawValue
    if profile.missing > 0 { text += ", \(profile.missing) missing" }
    if let minimum = profile.minimum, let maximum = profile.maximum, profile.kind == .number {
      text += ", \(Float(minimum)) to \(Float(maximum)), mean \(Float(profile.mean ?? 0))"
    } else {
      text += ", \(profile.distinct) different"
      if let example = profile.examples.first { text += ", such as \"\(printable(example))\"" }
    }
    return text
  }

  /// Text of a file on a terminal: control bytes are kept off it.
  private static func printable(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? "?" : Character($0) })
  }
}
