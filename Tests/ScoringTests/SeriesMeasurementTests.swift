import Compute
import Diffusion
import Scoring
import TestSupport
import Testing

/// What is measured anew in part must agree with measuring all of it.
@Suite struct SeriesMeasurementTests {
  private func scorer(channels: Int, trains: Bool) async -> SeriesScorer {
    await scorer(of: series(900, channels: channels, seed: 1), trains: trains)
  }

  private func scorer(of baseline: Matrix, trains: Bool) async -> SeriesScorer {
    var options = SeriesScorerOptions()
    (options.trainsNetwork, options.window) = (trains, 40)
    options.training.steps = 20
    return await SeriesScorer.fit(
      to: [baseline], filled: [[]], distinct: Array(repeating: 3, count: baseline.columns),
      options: options, workers: 2
    ).scorer
  }

  private func series(_ rows: Int, channels: Int, seed: UInt64) -> Matrix {
    let waves = (0..<channels).map { wave(rows, seed: seed + 7 * UInt64($0)) }
    return Matrix(
      rows: rows, columns: channels,
      values: (0..<rows).flatMap { row in waves.map { $0.values[row] } })
  }

  @Test(arguments: [1, 3], [false, true])
  func changedRowsScoreAsIfAllWereMeasured(channels: Int, trains: Bool) async {
    let scorer = await scorer(channels: channels, trains: trains)
    let values = series(1_400, channels: channels, seed: 2)
    for rows in [0..<3, 500..<501, 640..<700, 1_390..<1_400] {
      var changed = values
      for row in rows { changed[row, channels - 1] += 0.5 }
      var (_, part) = await scorer.assess(values, explains: false, workers: 2)
      await scorer.update(
        &part, to: changed, rows: rows, moved: 0..<0, channels: [channels - 1], workers: 2)
      let whole = await scorer.scores(for: changed, explains: false, workers: 2).scores
      expectClose(part.scores, whole, tolerance: 2e-3)
      #expect(part.work > 0 && part.work < 1_400)
    }
  }

  @Test(arguments: [1, 3])
  func aChangeOfLevelScoresAsIfAllWereMeasured(channels: Int) async {
    let scorer = await scorer(channels: channels, trains: false)
    let values = series(1_400, channels: channels, seed: 2)
    var changed = values
    for row in 800..<1_400 { changed[row, 0] += 0.5 }
    var (_, part) = await scorer.assess(values, explains: false, workers: 2)
    await scorer.update(
      &part, to: changed, rows: 0..<0, moved: 800..<1_400, channels: [0], workers: 2)
    let whole = await scorer.scores(for: changed, explains: false, workers: 2).scores
    expectClose(part.scores, whole, tolerance: 5e-3)
  }

  @Test func assessingIsScoring() async {
    let scorer = await scorer(channels: 1, trains: false)
    let values = series(700, channels: 1, seed: 3)
    let (scores, measurement) = await scorer.assess(values, explains: true, workers: 2)
    let plain = await scorer.scores(for: values, explains: true, workers: 2)
    #expect(scores.scores == plain.scores && scores.expected == plain.expected)
    #expect(measurement.scores == plain.scores)
  }

  @Test func unknownStepsAreNotStill() async {
    // Rows that say nothing of one another: one that stands at their mean is wrong in nothing else.
    let noise = Matrix.gaussian(rows: 900, columns: 1, seed: 8, stream: 0)
    let scorer = await scorer(of: noise, trains: false)
    var values = Matrix.gaussian(rows: 900, columns: 1, seed: 9, stream: 0)
    for row in 400..<470 { values.values[row] = 0 }
    var (_, measurement) = await scorer.assess(values, explains: false, workers: 2)
    #expect(scorer.stillness(at: 430, of: &measurement) != nil)
    let run = scorer.stillRun(around: 430, of: measurement)
    #expect(run.channel == 0 && run.rows.contains(420) && run.rows.contains(460))
    #expect(run.rows.lowerBound > 380 && run.rows.upperBound < 490)
    let before = measurement.scores[430]
    measurement.hideSteps(run.rows, channel: 0)
    scorer.rescore(&measurement, steps: run.rows)
    #expect(measurement.scores[430] < 0.9 * before)
  }
}
