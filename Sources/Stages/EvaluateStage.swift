import Evaluation
import Files
package import Ingestion
package import Reporting
package import Stillwater
import Tabular

/// The `evaluate` command: evaluates scores against labels.
///
/// The scores are read from any program's score files or computed by a model.
package struct EvaluateStage: Sendable {
  /// Score files or, with a model, files to score.
  package var files: [String]
  /// The model to score the files with; nil when they contain scores.
  package var model: String?
  /// The label column; nil for that of the model, or `label`.
  package var label: String?
  /// The text that marks an anomaly; nil for 1.
  package var positiveLabel: String?
  /// The score column of score files; higher is more abnormal.
  package var score = "score"
  /// The time column of score files that are series, for the range-aware metrics.
  package var time: String?
  /// The path for the metrics as JSON; nil for none.
  package var output: String?
  package var dialect = CSVDialect()
  package var options = ScoringOptions()
  package var rules = OutputRules()

  package init(files: [String]) { self.files = files }

  /// Runs the stage; throws `StillwaterError`, also when a file lacks the label column.
  package func run(progress: @escaping ProgressHandler) async throws -> RunSummary {
    do {
      var watch = Stopwatch()
      var summary = RunSummary(command: "evaluate", version: stillwaterVersion)
      let output = try output.map {
        try StageOutput(path: $0, rules: rules, inputs: files + (model.map { [$0] } ?? []))
      }
      progress("evaluating", nil)
      let rows = try await model == nil ? readScores(&summary) : scoreFiles(&summary)
      watch.lap("score")
      let metrics = Metrics(
        scores: rows.scores, labels: rows.labels,
        extent: Metrics.Extent(flags: rows.flags, window: rows.window))
      watch.lap("evaluate")
      (summary.auroc, summary.auprc, summary.metrics) = (metrics.auroc, metrics.auprc, metrics)
      summary.warnings += metrics.undefined
      if metrics.missingScores > 0 {
        summary.warnings.append(
          "\(metrics.missingScores) scores are missing; they rank as the most abnormal")
      }
      (summary.output, summary.timings) = (self.output, watch.seconds)
      try output?.file.append(SnakeCaseJSON.encode(metrics, indented: true))
      try output?.reject(rows.rejected)
      try output?.commit(summary)
      return summary
    } catch { throw StillwaterError(error) }
  }

  /// The labelled rows of all files, in order.
  private struct LabelledRows {
    var scores: [Float] = []
    var labels: [Bool] = []
    /// nil when some file has no flags.
    var flags: [Bool]?
    /// The window of the range-aware metrics, in rows; nil for tables.
    var window: Int?
    var rejected: [RejectedRow] = []
  }

  /// Scores the files with the model.
  private func scoreFiles(_ summary: inout RunSummary) async throws -> LabelledRows {
    let trained = try Detector(contentsOf: model ?? "")
    let known = trained.layout.schema.column(of: .label)?.name
    let detector = trained.reading(label: label ?? known ?? "label", positive: positiveLabel)
    var all = LabelledRows()
    all.flags = []
    for path in files {
      let one = try await detector.labelledScores(of: .file(path), options)
      guard let labels = one.labels else {
        throw StillwaterError(
          .badData,
          location(path, 1) + "no column is named \(quoted(label ?? known ?? "label")); "
            + "name the label column with --label")
      }
      all.scores += one.scores
      all.labels += labels
      all.flags? += one.flags
      all.rejected += one.rejected
      if detector.layout.isSeries, all.window == nil {
        all.window = dominantPeriod(of: one.firstFeature)
      }
      summary.add(one.outcome, path: path)
    }
    summary.describe(detector)
    return all
  }

  /// Reads scores and labels from score files.
  private func readScores(_ summary: inout RunSummary) throws -> LabelledRows {
    var all = LabelledRows()
    for path in files {
      var reader = try TableReader(path: path, dialect: dialect, policy: options.badRows.policy)
      let read = ScoreFileReader(
        label: label ?? "label", positive: positiveLabel, score: score, time: time)
      let one = try read.read(&reader)
      all.scores += one.scores
      all.labels += one.labels
      all.rejected += one.rejected
      if one.hasOddFlags {
        summary.warnings.append(
          location(path) + "column \"anomaly\" holds more than 0 and 1; it is not taken for flags")
      } else if let flags = one.flags {
        all.flags = (all.flags ?? []) + flags
      }
      if time != nil, all.window == nil { all.window = dominantPeriod(of: one.first) }
      summary.rowsIn += reader.rowsRead + reader.rowsRejected
      summary.rowsScored = (summary.rowsScored ?? 0) + reader.rowsRead
      summary.rowsQuarantined += reader.rowsRejected
      summary.warnings += reader.warnings(knownColumns: reader.header)
      summary.inputs.append(
        RunSummary.Input(path: path, sha256: reader.digest, rows: reader.rowsRead))
    }
    if let flags = all.flags, flags.count != all.scores.count { all.flags = nil }
    return all
  }
}

/// Reads scores, labels and, where present, flags from a score file.
private struct ScoreFileReader {
  let label: String
  let positive: String?
  let score: String
  let time: String?

  struct Result {
    var scores: [Float] = []
    var labels: [Bool] = []
    var flags: [Bool]?
    var hasOddFlags = false
    var first: [Float] = []
    var rejected: [RejectedRow] = []
  }

  func read(_ reader: inout TableReader) throws -> Result {
    let header = reader.header
    for (option, name) in [("--label", label), ("--score", score), ("--time", time)] {
      guard let name, !header.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
        continue
      }
      throw StillwaterError(
        .badData,
        location(reader.path, 1) + "no column is named \(quoted(name))"
          + suggestion(for: name, among: header) + "; name it with \(option)")
    }
    let hasFlags = header.contains("anomaly") && ![label, score].contains("anomaly")
    let first = time == nil ? nil : try firstNumbers(&reader)
    var columns = [
      ReadingPlan.PlannedColumn(name: score, reading: .number),
      ReadingPlan.PlannedColumn(name: label, reading: .label(LabelReader(positive: positive))),
    ]
    if hasFlags { columns.append(.init(name: "anomaly", reading: .category)) }
    if let first { columns.append(.init(name: first, reading: .number)) }
    let layout = DataLayout(
      dialect: reader.dialect,
      schema: Schema(columns: [ColumnSchema(name: label, kind: .category, role: .label)]),
      positiveLabel: positive)
    var result = Result()
    while let chunk = try reader.next(ReadingPlan(columns: columns)) {
      add(chunk, layout, hasFlags, first, to: &result)
    }
    return result
  }

  /// The series itself, for its period: the first numeric column that the program did not add.
  private func firstNumbers(_ reader: inout TableReader) throws -> String? {
    let own = [
      label, score, time ?? "", "line", "ratio", "p_value", "anomaly", "top_columns", "event",
    ]
    return try reader.inferSchema().profiles.first { $0.kind == .number && !own.contains($0.name) }?
      .name
  }

  private func add(
    _ chunk: RecordChunk, _ layout: DataLayout, _ hasFlags: Bool, _ first: String?,
    to result: inout Result
  ) {
    result.rejected += chunk.rejected
    if case .numbers(let values)? = chunk.table.column(named: score)?.values {
      result.scores += values.map { Float($0) }
    }
    result.labels += Stillwater.labels(of: chunk.table, layout: layout) ?? []
    if hasFlags,
      case .categories(let codes, let levels)? = chunk.table.column(named: "anomaly")?.values
    {
      // A column of other values is not one of flags, so no metrics are computed from it.
      result.hasOddFlags = result.hasOddFlags || !levels.allSatisfy { $0 == "0" || $0 == "1" }
      result.hasOddFlags = result.hasOddFlags || codes.contains { $0 < 0 }
      result.flags = (result.flags ?? []) + codes.map { $0 >= 0 && levels[Int($0)] == "1" }
    }
    if let first, case .numbers(let values)? = chunk.table.column(named: first)?.values {
      result.first += values.map { $0.isNaN ? 0 : Float($0) }
    }
  }
}
