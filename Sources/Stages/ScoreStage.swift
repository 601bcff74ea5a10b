import Files
import Ingestion
package import Reporting
package import Stillwater

/// The `score` command: scores files with a model into one output.
package struct ScoreStage: Sendable {
  /// CSV files to score, in the order of the output; `-` is standard input.
  package var files: [String]
  /// The path of the model.
  package var model: String
  /// The path of the scores; `-` is standard output.
  package var output: String
  package var options = ScoringOptions()
  /// Which input columns are copied to the output.
  package var keep = KeptColumns.all
  package var format = ScoreFormat.csv
  /// Put before the names of the added columns.
  package var prefix = ""
  /// Flags scores above this instead of the model's threshold.
  package var threshold: Float?
  /// Recalibrates to this false-alarm rate before scoring.
  package var falseAlarmRate: Double?
  /// Replaces the threshold of a series by an alarm rate.
  package var alarms: AlarmChoice?
  /// The path for the events of a series; nil for none.
  package var events: String?
  /// A file with times whose events raise no alarm.
  package var quietTimes: String?
  package var rules = OutputRules()

  package init(files: [String], model: String, output: String) {
    (self.files, self.model, self.output) = (files, model, output)
  }

  package func run(progress: @escaping ProgressHandler) async throws -> RunSummary {
    do {
      var watch = Stopwatch()
      var (detector, hash) = try Detector.load(model)
      try adjust(&detector)
      var stage = self
      if let quietTimes { stage.options.manners.quietTimes = try QuietTime.read(quietTimes) }
      watch.lap("load")
      return try await stage.score(with: detector, hash, &watch, progress)
    } catch { throw StillwaterError(error) }
  }

  /// Applies the user's threshold or false-alarm rate.
  private func adjust(_ detector: inout Detector) throws {
    if let threshold { try detector.flag(above: threshold) }
    if let falseAlarmRate { try detector.flag(rate: falseAlarmRate) }
    if let alarms { try detector.flag(alarms) }
  }

  private func score(
    with detector: Detector, _ modelHash: String, _ watch: inout Stopwatch,
    _ progress: @escaping ProgressHandler
  ) async throws -> RunSummary {
    let written = try StageOutput(
      path: output, rules: rules, inputs: files + [model] + [quietTimes].compactMap(\.self))
    let eventFile = try events.map(written.open(also:))
    var writer = ScoreWriter(
      file: written.file, keep: keep, format: format, prefix: prefix,
      explained: options.explains ? detector.featureNames : [], keys: detector.keyColumns,
      dialect: detector.layout.dialect, isSeries: detector.layout.isSeries)
    var summary = RunSummary(command: "score", version: stillwaterVersion)
    var (anomalies, scored) = (0, 0)
    var found: [EventRecord] = []
    for path in files {
      let outcome = try await detector.scoreRows(of: .file(path), options) { header in
        try writer.begin(path: path, names: header.names, bytes: header.bytes)
      } emit: { chunk in
        try writer.write(chunk.chunk, chunk.rows.map(Finding.init))
        try written.reject(chunk.chunk.rejected)
        anomalies += chunk.rows.count { $0.isAnomaly }
        scored += chunk.rows.count
        progress("scored \(scored) rows", nil)
      }
      summary.add(outcome, path: path)
      found += outcome.events
    }
    if detector.layout.isSeries { summary.events = found.count }
    if let eventFile { try EventRecord.write(found, group: detector.groupColumn, to: eventFile) }
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

extension Finding {
  init(_ row: ScoredRow) {
    self.init(
      line: row.line, score: row.score, ratio: row.ratio, pValue: row.pValue,
      isAnomaly: row.isAnomaly, event: row.event,
      topColumns: row.topColumns.map { Blame(column: $0.column, share: $0.share) },
      expected: row.expected)
  }
}

extension RunSummary {
  /// Adds counts, warnings and digest of one scored file.
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
