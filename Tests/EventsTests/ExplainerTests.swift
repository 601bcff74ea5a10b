import Compute
import Diffusion
import Events
import Scoring
import TestSupport
import Testing

@Suite struct ExplainerTests {
  /// A scorer of noisy waves and a threshold that clean ones do not reach.
  private struct Setting {
    let scorer: SeriesScorer
    let model: EventModel
    let threshold: Float

    init(channels: Int) async {
      var options = SeriesScorerOptions()
      (options.trainsNetwork, options.window) = (false, 40)
      let baseline = Setting.series(2_000, channels: channels, seed: 1)
      let fit = await SeriesScorer.fit(
        to: [baseline], filled: [[]], distinct: Array(repeating: 3, count: channels),
        options: options, workers: 2)
      scorer = fit.scorer
      let scores = fit.calibrationScores.flatMap { $0 }.sorted()
      threshold = 1.5 * scores[scores.count - 1]
      model = await EventModel.fit(
        to: fit.leftOut, channels: channels, threshold: scores[scores.count * 99 / 100], workers: 2)
    }

    static func series(_ rows: Int, channels: Int, seed: UInt64) -> Matrix {
      let waves = (0..<channels).map { wave(rows, seed: seed + 7 * UInt64($0)) }
      return Matrix(
        rows: rows, columns: channels,
        values: (0..<rows).flatMap { row in waves.map { $0.values[row] } })
    }

    func explain(_ values: Matrix, threshold: Float? = nil) async -> Explanation {
      let (_, measurement) = await scorer.assess(values, explains: false, workers: 2)
      var explainer = Explainer(scorer, heat: model.heat)
      return await explainer.explain(
        measurement, threshold: threshold ?? self.threshold, workers: 2)
    }
  }

  private func events(_ explanation: Explanation) -> [SeriesEvent] {
    explanation.events(EventOptions())
  }

  @Test(arguments: [1, 2])
  func cleanRowsNeedNoEvent(channels: Int) async {
    let setting = await Setting(channels: channels)
    let clean = Setting.series(1_000, channels: channels, seed: 5)
    let explanation = await setting.explain(clean)
    #expect(explanation.found.isEmpty && explanation.repaired == clean)
  }

  @Test(arguments: [1, 2])
  func aSpikeIsOneRow(channels: Int) async throws {
    let setting = await Setting(channels: channels)
    let clean = Setting.series(1_000, channels: channels, seed: 5)
    var series = clean
    series[500, 0] += 2
    let explanation = await setting.explain(series)
    let event = try #require(events(explanation).first)
    #expect(events(explanation).count == 1 && event.rows == 500..<501 && event.kind == .fault)
    #expect(event.channels.map(\.channel) == [0])
    #expect(abs(explanation.repaired[500, 0] - clean[500, 0]) < 0.3)
  }

  @Test func aShiftIsAsLongAsItIs() async throws {
    let setting = await Setting(channels: 1)
    let clean = Setting.series(1_000, channels: 1, seed: 5)
    var series = clean
    for row in 500..<530 { series.values[row] += 1.5 }
    let explanation = await setting.explain(series)
    let event = try #require(events(explanation).first)
    #expect(events(explanation).count == 1)
    #expect(abs(event.rows.lowerBound - 500) <= 2 && abs(event.rows.upperBound - 530) <= 2)
    let off = (500..<530).reduce(Float(0)) {
      $0 + abs(explanation.repaired.values[$1] - clean.values[$1])
    }
    #expect(off / (30 * 1.5) < 0.15)
  }

  @Test func aLastingChangeOfLevelIsFlaggedOnce() async throws {
    let setting = await Setting(channels: 1)
    var series = Setting.series(1_000, channels: 1, seed: 5)
    for row in 500..<1_000 { series.values[row] += 1.5 }
    let found = events(await setting.explain(series))
    let event = try #require(found.first { $0.kind == .level })
    #expect(abs(event.rows.lowerBound - 500) <= 3)
    #expect(abs((event.channels.first?.shift ?? 0) - 1.5) < 0.3)
    #expect(found.reduce(0) { $0 + $1.flagged.count } <= 30)
  }

  @Test func aStuckSensorIsNamed() async throws {
    let setting = await Setting(channels: 1)
    var series = Setting.series(1_000, channels: 1, seed: 5)
    for row in 500..<560 { series.values[row] = series.values[500] }
    let found = events(await setting.explain(series))
    #expect(found.contains { $0.flagged.overlaps(510..<550) })
    #expect(found.allSatisfy { $0.flagged.overlaps(480..<580) })
  }

  /// The loop goes from the greatest peak down, so a higher threshold only stops it earlier.
  @Test func raisingTheThresholdAddsNoEvent() async {
    let setting = await Setting(channels: 1)
    var series = Setting.series(2_000, channels: 1, seed: 5)
    for (row, size) in [(300, 0.6), (700, 1.0), (1_100, 2), (1_500, 4)] {
      series.values[row] += Float(size)
    }
    let low = await setting.explain(series).found
    let high = await setting.explain(series, threshold: 2 * setting.threshold).found
    #expect(low.count >= 2 && high.count <= low.count)
    #expect(high == Array(low.prefix(high.count)))
  }

  @Test func theSameRowsGiveTheSameEventsForAnyNumberOfWorkers() async {
    let setting = await Setting(channels: 2)
    var series = Setting.series(1_000, channels: 2, seed: 5)
    series[400, 1] += 3
    let (_, measurement) = await setting.scorer.assess(series, explains: false, workers: 1)
    var found: [[SeriesEvent]] = []
    for workers in [1, 3] {
      var explainer = Explainer(setting.scorer, heat: setting.model.heat)
      found.append(
        await explainer.explain(measurement, threshold: setting.threshold, workers: workers).found)
    }
    #expect(found[0] == found[1] && !found[0].isEmpty)
  }

  @Test func workIsBoundedAndSaidSo() async {
    let setting = await Setting(channels: 1)
    var series = Setting.series(2_000, channels: 1, seed: 5)
    for row in stride(from: 100, to: 1_900, by: 60) { series.values[row] += 3 }
    let (_, measurement) = await setting.scorer.assess(series, explains: false, workers: 2)
    var explainer = Explainer(setting.scorer, heat: setting.model.heat)
    let some = await explainer.explain(
      measurement, threshold: setting.threshold, mostEvents: 5, workers: 2)
    #expect(some.isCut && some.found.prefix(5).allSatisfy { $0.kind == .fault })
    #expect(some.found.dropFirst(5).allSatisfy { $0.kind == .state } && some.found.count > 5)
  }

  @Test func aSegmentShorterThanAWindowIsExplained() async throws {
    let setting = await Setting(channels: 1)
    var series = Setting.series(100, channels: 1, seed: 5)
    for row in 40..<46 { series.values[row] += 3 }
    let found = events(await setting.explain(series))
    let event = try #require(found.first)
    #expect(found.count == 1 && abs(event.rows.lowerBound - 40) <= 1)
    #expect(abs(event.rows.upperBound - 46) <= 1)
  }
}
