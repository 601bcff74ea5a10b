import Files
import Ingestion
package import Reporting
import Tabular

/// Scores files with a model into one output.
package struct ScoreStage: Sendable {
  package var files: [String]
  package var model: String
  package var output: String
  package var options = ScoringOptions()
  package var keep = KeptColumns.all
  package var format = ScoreFormat.csv
  package var prefix = ""
  /// Flags scores above this instead of the model's threshold.
  package var threshold: Float?
  /// Flags p-values up to this instead of the model's threshold.
  package var falseAlarmRate: Double?
  /// Where the events of a series are written.
  package var events: String?
  package var rules = OutputRules()

  package init(files: [String], model: String, output: String) {
    (self.files, self.model, self.output) = (files, model, output)
  }

  package func run(progress: @escaping ProgressHandler) async throws -> RunSummary {
    do {
      var watch = Stopwatch()
      var (detector, hash) = try Detector.load(model)
      try adjust(&detector)
      watch.lap("load")
      return try await score(with: detector, hash, &watch, progress)
    } catch { throw StillwaterError(error) }
  }

  private func adjust(_ detector: inout Detector) throws {
    if let threshold { try detector.flag(above: threshold) }
    if let falseAlarmRate { try detector.flag(rate: falseAlarmRate) }
  }

  private func score(
    with detector: Detector, _ modelHash: String, _ watch: inout Stopwatch,
    _ progress: @escaping ProgressHandler
  ) async throws -> RunSummary {
    let written = try StageOutput(path: output, rules: rules, inputs: files + [model])
    let eventFile = try events.map(written.open(also:))
    var writer = ScoreWriter(
      file: written.file, keep: keep, format: format, prefix: prefix,
      explained: options.explains ? detector.featureNames : [], keys: detector.keyColumns,
      dialect: detector.layout.dialect)
    var summary = RunSummary(command: "score", version: stillwaterVersion)
    var (anomalies, scored) = (0, 0)
    var gatherer = events.map { _ in EventGatherer(detector) }
    for path in files {
      let outcome = try await detector.scoreRows(of: .file(path), options) { header in
        try writer.begin(path: path, names: header.names, bytes: header.bytes)
      } emit: { chunk in
        try writer.write(chunk)
        gatherer?.add(chunk, path: path)
        try written.reject(chunk.chunk.rejected)
        anomalies += chunk.rows.count { $0.isAnomaly }
        scored += chunk.rows.count
        progress("scored \(scored) rows", nil)
      }
      summary.add(outcome, path: path)
    }
    if let eventFile { try gatherer?.write(to: eventFile) }
    watch.lap("score")
    summary.anomalies = anomalies
    summary.describe(detector)
    summary.output = output
    summary.modelSha256 = modelHash
    (summary.threads, summary.timings) = (options.threads, watch.seconds)
    try written.commit(summary)
    return summary
  }
}

extension RunSummary {
  /// Adds what was met in a file.
  mutating func add(_ outcome: FileOutcome, path: String) {
    rowsIn += outcome.rowsScored + outcome.rowsRejected
    rowsScored = (rowsScored ?? 0) + outcome.rowsScored
    rowsQuarantined += outcome.rowsRejected
    missingValues += outcome.missingValues
    warnings += outcome.warnings
    inputs.append(
      Input(path: path, sha256: outcome.sha256, rows: outcome.rowsScored))
  }
}

/// Merges neighbouring flagged rows of a series into events.
struct EventGatherer {
  private struct Event {
    var path, start, end: String
    var startLine, endLine, rows: Int
    var peak: ScoredRow
  }

  private let timeName: String?
  private var events: [Event] = []
  private var open: Event?

  init(_ detector: Detector) {
    timeName = detector.layout.schema.column(of: .time)?.name
  }

  mutating func add(_ scored: ScoredChunk, path: String) {
    for (row, result) in scored.rows.enumerated() {
      guard result.isAnomaly else {
        close()
        continue
      }
      let time = timeText(scored, row)
      if var event = open, event.path == path {
        (event.end, event.endLine, event.rows) = (time, result.line, event.rows + 1)
        if result.score > event.peak.score { event.peak = result }
        open = event
      } else {
        close()
        open = Event(
          path: path, start: time, end: time, startLine: result.line, endLine: result.line, rows: 1,
          peak: result)
      }
    }
  }

  private mutating func close() {
    if let event = open { events.append(event) }
    open = nil
  }

  private func timeText(_ scored: ScoredChunk, _ row: Int) -> String {
    guard let timeName, let column = scored.chunk.table.column(named: timeName),
      case .times(let times) = column.values
    else { return "" }
    return iso8601(nanoseconds: times[row])
  }

  func write(to file: OutputFile) throws {
    try file.append(
      "file,start,end,start_line,end_line,rows,peak_line,peak_score,p_value,top_columns\n")
    for event in events + (open.map { [$0] } ?? []) {
      var bytes: [UInt8] = []
      CSVField.append(event.path, to: &bytes)
      bytes += Array(",\(event.start),\(event.end),\(event.startLine),\(event.endLine)".utf8)
      bytes += Array(",\(event.rows),\(event.peak.line),\(event.peak.score)".utf8)
      bytes += Array(",\(Float(event.peak.pValue)),".utf8)
      CSVField.append(event.peak.topColumns.map(\.column).joined(separator: " "), to: &bytes)
      try file.append(bytes + [0x0a])
    }
  }
}

/// A time as ISO 8601 in UTC, with as many decimals as it needs.
func iso8601(nanoseconds: Int64) -> String {
  let day: Int64 = 86_400_000_000_000
  let days = nanoseconds >= 0 ? nanoseconds / day : (nanoseconds - day + 1) / day
  let rest = nanoseconds - days * day
  // Civil date from days since 1970 (Hinnant, "chrono-compatible low-level date algorithms").
  let z = days + 719_468
  let era = (z >= 0 ? z : z - 146_096) / 146_097
  let dayOfEra = z - era * 146_097
  let yearOfEra =
    (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shifted = (5 * dayOfYear + 2) / 153
  let month = shifted < 10 ? shifted + 3 : shifted - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  let seconds = rest / 1_000_000_000
  func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
  var text = "\(year)-\(two(month))-\(two(dayOfYear - (153 * shifted + 2) / 5 + 1))"
  text += "T\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  let fraction = rest % 1_000_000_000
  if fraction > 0 {
    var digits = String(1_000_000_000 + fraction).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    text += "." + digits
  }
  return text + "Z"
}
