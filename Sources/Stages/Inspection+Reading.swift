import Calibration
import Files
package import Ingestion
package import Reporting
import Stillwater
import Tabular

extension Inspection {
  /// Inspects a model, recognised by the JSON header behind its first eight bytes, or else a CSV file.
  ///
  /// Throws `StillwaterError`.
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
    var alarms: AlarmPromise?
    var namedAlarms: [String: AlarmPromise]
  }

  private static func ofModel(_ file: InputFile) throws -> Inspection {
    let (detector, hash) = try Detector.load(file)
    let (card, summary) = (detector.card, detector.calibration.summary)
    let report = ModelReport(
      card: card, columns: detector.layout.schema.columns, calibration: summary,
      promise: summary.promise, condition: summary.condition, sha256: hash,
      alarms: detector.alarmPromise, namedAlarms: detector.namedPromises)
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
    if let alarms = detector.alarmPromise {
      lines += ["threshold \(alarms.threshold) (alarms)", alarms.promise]
    } else {
      lines.append("threshold \(summary.threshold.value) (\(summary.method.rawValue))")
      lines.append("\(summary.promise); \(summary.condition)")
    }
    for (name, alarms) in detector.namedPromises.sorted(by: { $0.key < $1.key }) {
      lines += ["threshold \(alarms.threshold) (\(name))", alarms.promise]
    }
    lines.append("columns:")
    lines += detector.layout.schema.columns.map {
      "  \($0.name): \($0.kind.rawValue), \($0.role.rawValue)" + ($0.isConstant ? ", constant" : "")
    }
    lines += card.warnings.map { "warning: \($0)" }
    return Inspection(lines: lines, report: report)
  }

  // Files.

  private static func ofTable(_ file: InputFile, _ dialect: CSVDialect) throws -> Inspection {
    let path = file.path
    var reader = try TableReader(
      file: file, dialect: dialect, limits: ReadingLimits(), policy: .fail)
    let inferred = try reader.inferSchema()
    let damaged = try reader.checkPreview(ReadingPlan(schema: inferred.schema))
    let (_, warnings) = try DataLayout.resolve(
      inferred, path: path, dialect: dialect, columns: ColumnOptions())
    let table = TableInspection(
      file: path, delimiter: dialect.delimiter, inferred,
      warnings: warnings + reader.warnings(knownColumns: reader.header), damaged: damaged)
    return Inspection(lines: table.lines(guess: reader.delimiterGuess), report: table)
  }
}
