import Calibration
import Foundation
import TestSupport
import Testing

@Suite struct ThresholdTests {
  @Test func flagsStrictlyAboveAndNaN() {
    let flags = [1, 2, 2.5, .nan, .infinity].map { Threshold(value: 2).flags($0) }
    #expect(flags == [false, false, true, true, true])
  }

  @Test func raisingItNeverAddsFlags() {
    var draws = SeededGenerator(seed: 5)
    let scores = draws.exponential(200) + [.nan, .infinity, -.infinity]
    for step in 0..<40 {
      let (low, high) = (Threshold(value: Float(step) / 8), Threshold(value: Float(step + 1) / 8))
      #expect(scores.allSatisfy { low.flags($0) || !high.flags($0) })
    }
  }
}

@Suite struct ConformalTests {
  @Test(arguments: [0.29, 0.07, 0.01, 0.1, 0.5, 1.0 / 3], [5, 99, 100, 101, 999])
  func flagsExactlyWherePValuesAreSmall(rate: Double, count: Int) throws {
    var draws = SeededGenerator(seed: UInt64(count))
    let scores = (0..<count).map { _ in Float(Int(draws.uniform() * 150)) }
    let calibration = try Calibration.fit(to: scores, options: CalibrationOptions(rate: rate))
    for probe in stride(from: Float(-1), to: 152, by: 0.5)
    where calibration.summary.footing == .conformal {
      let pValue = calibration.pValue(of: probe)
      #expect(pValue == Double(1 + scores.count { $0 >= probe }) / Double(count + 1))
      #expect(calibration.threshold.flags(probe) == (pValue <= rate))
    }
  }

  @Test func thresholdIsTheRankedScore() throws {
    let calibration = try Calibration.fit(to: (1...99).map(Float.init))
    #expect(calibration.threshold.value == 99)  // k = 1
    let tenth = try Calibration.fit(
      to: (1...99).map(Float.init), options: CalibrationOptions(rate: 0.1))
    #expect(tenth.threshold.value == 90)  // k = 10
    #expect(tenth.summary.expectedRate == 0.1)
  }

  @Test func rateLiesInItsIntervalAsOftenAsPromised() throws {
    var draws = SeededGenerator(seed: 42)
    let (trials, count, rate) = (2000, 400, 0.05)
    var (total, inside) = (0.0, 0)
    for _ in 0..<trials {
      let calibration = try Calibration.fit(
        to: draws.exponential(count), options: CalibrationOptions(rate: rate))
      let actual = exp(-Double(calibration.threshold.value))
      let interval = try #require(calibration.summary.interval)
      total += actual
      inside += interval.low <= actual && actual <= interval.high ? 1 : 0
    }
    // Four standard deviations of a mean of 2000 beta values and of a binomial share.
    let expected = 20.0 / 401
    #expect(abs(total / Double(trials) - expected) < 4 * 0.0109 / Double(trials).squareRoot())
    #expect(abs(Double(inside) / Double(trials) - 0.95) < 4 * 0.0049)
  }

  @Test func tooFewScoresAreSaidAndTheTailIsUsed() throws {
    var draws = SeededGenerator(seed: 8)
    let calibration = try Calibration.fit(to: draws.exponential(60))
    #expect(calibration.summary.footing == .tailModel)
    #expect(
      calibration.summary.warnings.first == .tooFewScores(count: 60, needed: 99, rate: 0.01))
    #expect(calibration.summary.condition.hasPrefix("an extrapolation"))
    let enough = try Calibration.fit(to: draws.exponential(99))
    #expect(enough.summary.footing == .conformal && enough.summary.warnings.isEmpty)
  }

  @Test(arguments: [0.5, 0.3, 0.1, 0.01, 0.001, 1e-6])
  func scoresNeededAreTheFewestThatPromise(rate: Double) {
    let needed = Double(scoresNeeded(rate: rate))
    #expect(1 / (needed + 1) <= rate && 1 / needed > rate)
  }

  @Test func blocksWidenTheIntervalAndNothingElse() throws {
    var draws = SeededGenerator(seed: 2)
    let scores = draws.exponential(2000)
    let rows = try Calibration.fit(to: scores)
    let layout = BlockLayout(stretches: [1200, 790, 10], blockLength: 64)
    let blocks = try Calibration.fit(to: scores, options: CalibrationOptions(blocks: layout))
    #expect(layout.effectiveCount == 30 && blocks.summary.effectiveCount == 30)
    #expect(blocks.threshold == rows.threshold && blocks.scores == rows.scores)
    let (wide, narrow) = (
      try #require(blocks.summary.interval), try #require(rows.summary.interval)
    )
    #expect(wide.low < narrow.low && wide.high > narrow.high)
    #expect(blocks.summary.warnings == [.fewBlocks(blocks: 30, needed: 99, rate: 0.01)])
    #expect(blocks.summary.promise.hasSuffix("from 2000 scores in 30 blocks of 64 rows"))
    #expect(BlockLayout(stretches: [3], blockLength: 8).effectiveCount == 1)
    #expect(BlockLayout(stretches: [], blockLength: 8).effectiveCount == 0)
  }
}
