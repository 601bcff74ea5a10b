import Calibration
import TestSupport
import Testing

/// What is said about a threshold, for all that it may rest on.
@Suite struct PromiseTests {
  private static func scores(_ count: Int) -> [Float] {
    var generator = SeededGenerator(seed: 1)
    return generator.exponential(count)
  }

  private static let exchangeable =
    "new normal rows are exchangeable with the calibration rows"

  @Test(arguments: [
    (CalibrationMethod.conformal, 1_000, Footing.conformal, "holds if \(exchangeable)"),
    (.conformal, 5, .largestScore, "holds if \(exchangeable)"),
    (.quantile, 1_000, .quantile, "approximate, and only if \(exchangeable)"),
    (
      .evt, 1_000, .tailModel,
      "an extrapolation: holds if the fitted tail is right and \(exchangeable); the interval is what "
        + "the scores alone allow"
    ),
    (.fixed, 1_000, .fixed, "set by hand; its rate holds if \(exchangeable)"),
    (
      .bestF1, 1_000, .labels,
      "set for the best F1 on labelled rows; its rate holds if \(exchangeable)"
    ),
  ])
  func theConditionNamesWhatTheThresholdRestsOn(
    method: CalibrationMethod, count: Int, footing: Footing, condition: String
  ) throws {
    let labels = (0..<count).map { method == .bestF1 && $0 % 10 == 0 }
    let calibration = try Calibration.fit(
      to: Self.scores(count), labels: labels,
      options: CalibrationOptions(method: method, fixedThreshold: 2))
    #expect(calibration.summary.footing == footing)
    #expect(calibration.summary.condition == condition)
  }

  /// Rows of a series depend on each other, so blocks of them are what counts.
  @Test func blocksStandForTheRowsOfASeries() throws {
    let rows = try Calibration.fit(to: Self.scores(1_000))
    let options = CalibrationOptions(blocks: BlockLayout(stretches: [480, 520], blockLength: 50))
    let series = try Calibration.fit(to: Self.scores(1_000), options: options).summary
    #expect(series.effectiveCount == 19 && series.blockLength == 50)
    #expect(series.promise.hasSuffix("from 1000 scores in 19 blocks of 50 rows"))
    #expect(
      series.condition
        == "holds if new normal stretches resemble the calibration stretches and blocks are "
        + "independent")
    #expect(series.warnings == [.fewBlocks(blocks: 19, needed: 99, rate: 0.01)])
    let (wide, narrow) = (
      try #require(series.interval), try #require(rows.summary.interval)
    )
    #expect(wide.low < narrow.low && wide.high > narrow.high)
  }

  @Test(arguments: [
    ([], 10, 0), ([0], 10, 0), ([3], 10, 1), ([10], 10, 1), ([19, 5], 10, 1), ([20, 30], 10, 5),
    ([7], 1, 7),
  ])
  func onlyWholeBlocksCount(stretches: [Int], length: Int, expected: Int) {
    #expect(BlockLayout(stretches: stretches, blockLength: length).effectiveCount == expected)
  }

  @Test(arguments: [(0.0, 20.0), (1, 20), (5, 20), (20, 20), (3.5, 61.2), (400, 10_000)])
  func intervalsHoldWhatWasSeen(hits: Double, count: Double) {
    let interval = RateInterval.clopperPearson(hits: hits, of: count)
    #expect(interval.low <= hits / count && hits / count <= interval.high)
    #expect((0...1).contains(interval.low) && (0...1).contains(interval.high))
    // Hits and misses are the same told the other way round.
    let turned = RateInterval.clopperPearson(hits: count - hits, of: count)
    expectClose(
      [turned.low, turned.high], [1 - interval.high, 1 - interval.low], tolerance: 1e-9)
    let surer = RateInterval.clopperPearson(hits: hits, of: count, confidence: 0.999)
    #expect(surer.low <= interval.low && surer.high >= interval.high)
    let more = RateInterval.clopperPearson(hits: 10 * hits, of: 10 * count)
    #expect(more.high - more.low < interval.high - interval.low)
  }

  @Test(arguments: [0.001, 0.01, 0.2, 0.5])
  func conformalIntervalsNarrowWithTheirScores(rate: Double) {
    let counts = [50.0, 200, 1_000, 20_000]
    let intervals = counts.map { RateInterval.conformal(expected: rate, count: $0) }
    for interval in intervals { #expect(interval.low < rate && rate < interval.high) }
    for (few, many) in zip(intervals, intervals.dropFirst()) {
      #expect(many.high - many.low < few.high - few.low)
    }
  }

  @Test(arguments: [
    (CalibrationError.thresholdNotFinite(.infinity), "threshold inf is not usable"),
    (.labelsNeeded(.bestF1), "method best-f1 needs labelled rows; name the label column"),
    (.storedCount(kept: 1, expected: 60), "found 1 stored calibration scores, expected 60"),
    (.storedOrder(index: 7), "stored calibration score 7 is not finite or below the one before it"),
    (.storedTail, "the stored tail model is unusable; expected finite numbers with positive"),
  ])
  func refusalsNameWhatWasFound(error: CalibrationError, start: String) {
    #expect("\(error)".hasPrefix(start), "\(error)")
  }

  /// However far a score is from the threshold, its ratio is finite and on the right side of 1.
  @Test(arguments: [-3, 0, 1e-30, 0.5, 1, 80, 3e38] as [Float])
  func ratiosRiseWithTheScoreAndTellTheFlag(value: Float) {
    let threshold = Threshold(value: value)
    let scores: [Float] = [
      -.infinity, -3e38, -5, -3, -1e-30, 0, 1e-30, 0.5, 1, value, value.nextUp, 80, 3e38, .infinity,
    ].sorted()
    let ratios = scores.map { threshold.ratio(of: $0) }
    #expect(zip(ratios, ratios.dropFirst()).allSatisfy { $0 <= $1 })
    for (score, ratio) in zip(scores + [.nan], ratios + [threshold.ratio(of: .nan)]) {
      #expect(ratio.isFinite && (ratio > 1) == threshold.flags(score), "\(score): \(ratio)")
    }
  }
}
