import Calibration
import TestSupport
import Testing

@Suite struct CalibrationScoresTests {
  @Test(arguments: [0, 1, 2, 7, 33, 500])
  func countsAsAPlainLoop(count: Int) {
    var draws = SeededGenerator(seed: UInt64(count))
    let scores = (0..<count).map { _ in Float(Int(draws.uniform() * 20)) }
    let sorted = CalibrationScores(scores)
    for probe in stride(from: Float(-1), through: 21, by: 0.5) {
      #expect(sorted.count(atLeast: probe) == scores.count { $0 >= probe })
    }
    #expect(sorted.count(atLeast: .nan) == 0 && sorted.count(atLeast: .infinity) == 0)
    #expect(sorted.count(atLeast: -.infinity) == count)
  }

  @Test(arguments: [20_000, 20_001, 25_000, 123_457])
  func thinningKeepsTheTailExactAndErrsTowardsMore(count: Int) {
    var draws = SeededGenerator(seed: 9)
    let scores = (0..<count).map { _ in Float(draws.uniform()) }
    let (all, kept) = (scores.sorted(), CalibrationScores(scores))
    #expect(kept.kept.count == 20_000 && kept.count == count)
    #expect(kept.kept.suffix(10_000) == all.suffix(10_000))
    #expect(kept.kept.first == all.first)
    let gap = (count - 10_000) / 10_000 + 1
    for rank in stride(from: 0, to: count, by: 997) {
      let (exact, counted) = (count - rank, kept.count(atLeast: all[rank]))
      #expect(counted >= exact && counted <= exact + gap)
      #expect(rank < count - 10_000 || counted == exact)
    }
  }

  @Test func quantileInterpolates() {
    let scores = CalibrationScores([4, 1, 3, 2])
    #expect(scores.quantile(0) == 1 && scores.quantile(1) == 4)
    #expect(scores.quantile(0.5) == 2.5)
    #expect(abs(scores.quantile(0.9) - 3.7) < 1e-6)
    #expect(CalibrationScores([5]).quantile(0.3) == 5)
  }

  @Test func nonFiniteScoresBecomeFinite() {
    let scores = CalibrationScores([.nan, .infinity, 1, -.infinity])
    let limit = Float.greatestFiniteMagnitude
    #expect(scores.kept == [-limit, 1, limit, limit])
  }

  @Test func comesBackFromStorage() throws {
    var draws = SeededGenerator(seed: 1)
    for count in [0, 5, 30_000] {
      let scores = CalibrationScores((0..<count).map { _ in Float(draws.uniform()) })
      #expect(try CalibrationScores(kept: scores.kept, count: count) == scores)
    }
  }

  @Test func refusesDamagedStorage() {
    #expect(throws: CalibrationError.storedCount(kept: 1, expected: 2)) {
      try CalibrationScores(kept: [1], count: 2)
    }
    #expect(throws: CalibrationError.storedCount(kept: 0, expected: 0)) {
      try CalibrationScores(kept: [], count: -1)
    }
    #expect(throws: CalibrationError.storedCount(kept: 0, expected: 20_000)) {
      try CalibrationScores(kept: [], count: .max)
    }
    #expect(throws: CalibrationError.storedOrder(index: 1)) {
      try CalibrationScores(kept: [1, 0], count: 2)
    }
    #expect(throws: CalibrationError.storedOrder(index: 0)) {
      try CalibrationScores(kept: [.nan, 0], count: 2)
    }
  }
}
