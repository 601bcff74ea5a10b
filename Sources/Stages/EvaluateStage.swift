import Evaluation
import Files
package import Ingestion
package import Reporting
package import Stillwater
import Tabular

/// Judges scores by labels: those of anybody's score file, or those a model gives.
package struct EvaluateStage: Sendable {
  package var files: [String]
  /// Scores the files first when given.
  package var model: String?
  package var label: String?
  package var positiveLabel: String?
  package var score = "score"
  /// The column that makes the rows a series, for the range-aware metrics.
  package var time: String?
  package var output: String?
  package var dialect = CSVDialect()
  package var options = ScoringOptions()
  package var rules = OutputRules()

  package init(files: [String]) { self.files = files }

  package func run(progress: @escaping ProgressHandler) async throws -> RunSummary {
    do {
      var watch = Stopwatch()
      var summary = RunSummary(command: "evaluate", version: stillwaterVersion)
      let output = try output.map {
        try StageOutput(path: $0, rules: rules, inputs: files + (model.map { [$0] } ?? []))
      }
      progress("evaluating", nil)
      let judged = try await judge(&summary)
      watch.lap("score")
      let isSeries = judged.window != nil
      let metrics = Metrics(
        scores: judged.scores, labels: judged.labels,
        extent: Metrics.Extent(flags: judged.flags, window: isSeries ? judged.window : nil))
      watch.lap("evaluate")
      (summary.auroc, summary.auprc, summary.metrics) = (metrics.auroc, metrics.auprc, metrics)
      summary.warnings += metrics.undefined
      if metrics.missingScores > 0 {
        summary.warnings.append(
          "\(metrics.missingScores) scores are missing; they rank as the most abnormal")
      }
      (summary.output, summary.timings) = (self.output, watch.seconds)
      try output?.file.append(SnakeCaseJSON.encode(metrics, indented: true))
      try output?.reject(judged.rejected)
      try output?.commit(summary)
      return summary
    } catch { throw StillwaterError(error) }
  }

  private struct Judged {
    var scores: [Float] = []
    var labels: [Bool] = []
    var flags: [Bool]?
    var window: Int?
    var rejected: [RejectedRow] = []
  }

  private func judge(_ summary: inout RunSummary) async throws -> Judged {
    try await model == nil ? judgeScoreFiles(&summary) : judgeByModel(&summary)
  }

  private func judgeByModel(_ summary: inout RunSummary) async throws -> Judged {
    let trained = try Detector(contentsOf: model ?? "")
    let known = trained.layout.schema.column(of: .label)?.name
    let detector = trained.reading(label: label ?? known ?? "label", positive: positiveLabel)
    var all = Judged()
    all.flags = []
    for path in files {
      let one = try await detector.judge(.file(path), options)
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

  private func judgeScoreFiles(_ summary: inout RunSummary) throws -> Judged {
    var all = Judged()
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

/// Reads scores, labels and, where they are, flags from a score file.
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

  /// The series itself, for its period: the first column of numbers that is none of ours.
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
      // Whatever else stands there is no flag of ours, and no metric is made of it.
      result.hasOddFlags = result.hasOddFlags || !levels.allSatisfy { $0 == "0" || $0 == "1" }
      result.hasOddFlags = result.hasOddFlags || codes.contains { $0 < 0 }
      result.flags = (result.flags ?? []) + codes.map { $0 >= 0 && levels[Int($0)] == "1" }
    }
    if let first, case .numbers(let values)? = chunk.table.column(named: first)?.values {
      result.first += values.map { $0.isNaN ? 0 : Float($0) }
    }
  }
}
