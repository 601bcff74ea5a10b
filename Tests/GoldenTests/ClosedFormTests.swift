import Compute
import Encoding
import Scoring
import Stillwater
import Tabular
import TestSupport
import Testing

/// Scores without networks, from numbers to 1e-4.
@Suite struct ClosedFormTests {
  @Test func allViewsOfATable() async throws {
    let golden = try Golden.load().views
    let (fit, scores) = try await Self.score()
    let mixtures = fit.scorer.views.map(\.mixture)
    expectClose(mixtures.map(\.localWeight), golden.localWeights, tolerance: 1e-4)
    expectClose(mixtures.map(\.viewWeight), golden.viewWeights, tolerance: 1e-4)
    expectClose(fit.calibrationScores, golden.calibration, tolerance: 1e-4)
    expectClose(scores.scores, golden.scores, tolerance: 1e-4)
    expectClose(scores.contributions.values, golden.contributions.flatMap { $0 }, tolerance: 1e-4)
    expectClose(scores.expected.values, golden.expected.flatMap { $0 }, tolerance: 1e-4)
  }

  @Test func aTableByMeansOfRows() async throws {
    let golden = try Golden.load().compact
    let (fit, scores) = try await Self.score { $0.exemplars = 0 }
    expectClose(fit.calibrationScores, golden.calibration, tolerance: 1e-4)
    expectClose(scores.scores, golden.scores, tolerance: 1e-4)
  }

  @Test func aTableOfWhichATwentiethMayBeWrong() async throws {
    let golden = try Golden.load().contaminated
    let (fit, scores) = try await Self.score { $0.contamination = 0.05 }
    expectClose(fit.calibrationScores, golden.calibration, tolerance: 1e-4)
    expectClose(scores.scores, golden.scores, tolerance: 1e-4)
  }

  @Test func aTableFromFileToBlame() async throws {
    try await expectAnswers(
      of: Self.train("table-baseline.csv"), on: "table-test.csv", Golden.load().table)
  }

  @Test func aSeriesOfOneChannel() async throws {
    try await expectAnswers(
      of: Self.train("one-baseline.csv", isSeries: true), on: "one-test.csv", Golden.load().one)
  }

  @Test func aSeriesByItsPast() async throws {
    try await expectAnswers(
      of: Self.train("one-baseline.csv", isSeries: true, isCausal: true), on: "one-test.csv",
      Golden.load().causal)
  }

  @Test func aSeriesOfSeveralChannels() async throws {
    try await expectAnswers(
      of: Self.train("several-baseline.csv", isSeries: true), on: "several-test.csv",
      Golden.load().several)
  }

  /// The scores that thresholds come from: each quarter of the baseline by a model of the others.
  @Test(arguments: ["one", "causal", "several"])
  func leftOutScoresOfASeries(_ kind: String) async throws {
    let golden = try Golden.load()
    let answers = ["one": golden.one, "causal": golden.causal, "several": golden.several][kind]
    let (table, schema) = try readTable((kind == "several" ? kind : "one") + "-baseline.csv")
    let features = Schema(columns: schema.columns.filter { $0.name != "time" })
    let encoder = try SeriesEncoder.fit(to: [table], schema: features, interval: nil)
    let segments = try encoder.segments(of: table, rows: Array(0..<table.rowCount), times: nil)
    var options = SeriesScorerOptions()
    (options.trainsNetwork, options.isCausal) = (false, kind == "causal")
    let fit = await SeriesScorer.fit(
      to: segments.map(\.values), filled: segments.map(\.filled),
      distinct: encoder.channels.map(\.distinct), options: options, workers: 2)
    // Windows of three quarters of so few rows are all but singular: single precision leaves up to
    // 1.2e-4 there, by the kernels of release builds.
    expectClose(
      fit.calibrationScores.flatMap { $0 }, answers?.calibration ?? [], tolerance: 3e-4)
  }

  /// All views of the table, without a network.
  private static func score(_ change: (inout TableScorerOptions) -> Void = { _ in }) async throws
    -> (fit: TableFit, scores: RowScores)
  {
    let (baseline, schema) = try readTable("table-baseline.csv", categories: ["phase"])
    let encoder = try TableEncoder.fit(to: baseline, schema: schema)
    var options = TableScorerOptions()
    options.trainsNetwork = false
    change(&options)
    let fit = await TableScorer.fit(
      to: try encoder.encode(baseline), groups: encoder.columns.map(\.features), options: options,
      workers: 2)
    let test = try readTable("table-test.csv", categories: ["phase"]).0
    return (fit, await fit.scorer.scores(for: try encoder.encode(test), workers: 2))
  }

  private static func train(_ name: String, isSeries: Bool = false, isCausal: Bool = false)
    async throws -> Detector
  {
    var settings = TrainingSettings()
    settings.quality = .fast
    settings.columns.time = isSeries ? "time" : nil
    settings.isCausal = isCausal
    return try await Detector.train(on: [fixture(name)], settings).detector
  }
}
