import Calibration
import Foundation
import Testing

/// Score sets that break careless formulas.
private let awkward: [[Float]] = [
  [3], [3, 3], [1, 2], [Float](repeating: 2, count: 300), [.nan, .nan], [.infinity, 1, -.infinity],
  [Float](repeating: 0, count: 50) + [1], (0..<60).map { Float($0 % 2) },
  [-.greatestFiniteMagnitude, .greatestFiniteMagnitude],
  (0..<40).map { Float($0) * .leastNonzeroMagnitude },
  (0..<40).map { Float($0) * 8e36 }, (0..<100).map { 1e8 + Float($0 / 10) * 8 },
]

private let probes: [Float] = [
  -.infinity, -.greatestFiniteMagnitude, -1e9, -1, -0.0, 0, .leastNonzeroMagnitude, 0.5, 1, 2, 2.5,
  3, 4, 50, 1e8,
  2e8,
  1e30, 3e38, .greatestFiniteMagnitude, .infinity,
]

@Suite struct ThresholdTests {
  @Test func flagsStrictlyAboveAndNaN() {
    #expect(
      Threshold(value: 2).flags([1, 2, 2.5, .nan, .infinity]) == [
        false, false, true, true, true,
      ])
  }

  @Test func raisingItNeverAddsFlags() {
    var draws = Draws(seed: 5)
    let scores = draws.exponential(200) + [.nan, .infinity, -.infinity]
    for step in 0..<40 {
      let (low, high) = (Threshold(value: Float(step) / 8), Threshold(value: Float(step + 1) / 8))
      #expect(zip(low.flags(scores), high.flags(scores)).allSatisfy { $0 || !$1 })
    }
  }
}

@Suite struct ConformalTests {
  @Test(arguments: [0.29, 0.07, 0.01, 0.1, 0.5, 1.0 / 3], [5, 99, 100, 101, 999])
  func flagsExactlyWherePValuesAreSmall(rate: Double, count: Int) throws {
    var draws = Draws(seed: UInt64(count))
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
    var draws = Draws(seed: 42)
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
    var draws = Draws(seed: 8)
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
    var draws = Draws(seed: 2)
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

@Suite struct CalibrationTests {
  @Test(arguments: awkward, [CalibrationMethod.conformal, .quantile, .evt])
  func pValuesFallAndStayInRange(scores: [Float], method: CalibrationMethod) throws {
    for rate in [0.5, 0.01, 1e-6] {
      let calibration = try Calibration.fit(
        to: scores, options: CalibrationOptions(method: method, rate: rate))
      let pValues = calibration.pValues(of: probes)
      #expect(pValues.allSatisfy { $0 > 0 && $0 <= 1 })
      #expect(zip(pValues, pValues.dropFirst()).allSatisfy { $0 >= $1 })
      #expect(pValues.last == calibration.pValue(of: .nan))
      #expect(calibration.threshold.value.isFinite)
    }
  }

  @Test(arguments: [60, 300, 3000], [0.2, 0.01, 1e-3, 1e-5])
  func tailFlagsExactlyWherePValuesAreSmall(count: Int, rate: Double) throws {
    var draws = Draws(seed: UInt64(count))
    let calibration = try Calibration.fit(
      to: draws.exponential(count), options: CalibrationOptions(method: .evt, rate: rate))
    let value = calibration.threshold.value
    #expect(calibration.summary.footing == .tailModel)
    #expect(calibration.pValue(of: value) > rate)
    #expect(calibration.pValue(of: value.nextUp) <= rate)
    let grid = (0..<4000).map { Float($0) / 100 }
    let pValues = calibration.pValues(of: grid)
    #expect(zip(pValues, pValues.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(zip(grid, pValues).allSatisfy { calibration.threshold.flags($0) == ($1 <= rate) })
  }

  @Test func equalScoresFallBackToTheLargest() throws {
    let calibration = try Calibration.fit(to: [Float](repeating: 2, count: 30))
    #expect(calibration.summary.footing == .largestScore)
    #expect(
      calibration.summary.warnings == [
        .tooFewScores(count: 30, needed: 99, rate: 0.01), .noTail(count: 30),
      ])
    #expect(calibration.threshold.value == 2)
    #expect(calibration.threshold.flags(2.0001) && !calibration.threshold.flags(2))
  }

  @Test func quantileMethodTakesTheQuantile() throws {
    let calibration = try Calibration.fit(
      to: (0...100).map(Float.init), options: CalibrationOptions(method: .quantile, rate: 0.05))
    #expect(calibration.threshold.value == 95)
    let interval = try #require(calibration.summary.interval)
    #expect(interval == .clopperPearson(hits: 5, of: 101))
  }

  @Test func bestF1PartsTheLabels() throws {
    let options = CalibrationOptions(method: .bestF1)
    let calibration = try Calibration.fit(
      to: [1, 2, 3, 8, 9, .nan], labels: [false, false, false, true, true, true],
      options: options)
    #expect(calibration.threshold.value == 5.5 && calibration.summary.bestF1 == 1)
    #expect(calibration.summary.expectedRate == 0 && calibration.scores.count == 3)
    let all = try Calibration.fit(to: [2, 1, 1], labels: [false, true, true], options: options)
    #expect(all.threshold.flags([1, 2]) == [true, true])
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5])
  func bestF1BeatsEveryOtherThreshold(seed: UInt64) throws {
    var draws = Draws(seed: seed)
    let labels = (0..<50).map { $0 % 7 == 0 }
    let scores = labels.map { Float(Int(draws.uniform() * 12)) + ($0 ? 4 : 0) }
    let calibration = try Calibration.fit(
      to: scores, labels: labels, options: CalibrationOptions(method: .bestF1))
    func f1(_ threshold: Threshold) -> Double {
      let flags = threshold.flags(scores)
      let hits = zip(flags, labels).count { $0 && $1 }
      return 2 * Double(hits) / Double(flags.count { $0 } + labels.count { $0 })
    }
    #expect(f1(calibration.threshold) == calibration.summary.bestF1)
    #expect((-1...16).allSatisfy { f1(Threshold(value: Float($0))) <= f1(calibration.threshold) })
  }

  @Test func labelledRowsCalibrateOnTheNormalOnes() throws {
    let labels = (0..<200).map { $0 % 5 == 0 }
    let scores = labels.enumerated().map { Float($0.offset) + ($0.element ? 1000 : 0) }
    let normal = zip(scores, labels).filter { !$0.1 }.map(\.0)
    #expect(try Calibration.fit(to: scores, labels: labels) == Calibration.fit(to: normal))
  }

  @Test func fixedThresholdIsTakenAsGiven() throws {
    let options = CalibrationOptions(method: .fixed, fixedThreshold: 1.5)
    let calibration = try Calibration.fit(to: [1, 2, 3, 4], options: options)
    #expect(calibration.threshold.value == 1.5 && calibration.summary.expectedRate == 0.75)
    let bare = try Calibration.fit(to: [], options: options)
    #expect(bare.pValue(of: 7) == 1 && bare.pValue(of: .nan) == 1)
    #expect(bare.summary.promise == "no normal scores: the rate is unknown")
  }

  @Test(arguments: awkward, CalibrationMethod.allCases)
  func comesBackFromStorage(scores: [Float], method: CalibrationMethod) throws {
    let labels = scores.indices.map { $0 % 3 == 1 }
    guard method != .bestF1 || labels.contains(true) else { return }
    let options = CalibrationOptions(method: method, rate: 0.002, fixedThreshold: 2)
    let calibration = try Calibration.fit(to: scores, labels: labels, options: options)
    let json = try JSONEncoder().encode(calibration.summary)
    let summary = try JSONDecoder().decode(CalibrationSummary.self, from: json)
    let kept = try CalibrationScores(kept: calibration.scores.kept, count: summary.scoreCount)
    #expect(try Calibration(summary: summary, scores: kept) == calibration)
  }

  @Test func refusesDamagedStorage() throws {
    var draws = Draws(seed: 8)
    let calibration = try Calibration.fit(to: draws.exponential(60))
    #expect(throws: CalibrationError.storedCount(kept: 1, expected: 60)) {
      try Calibration(summary: calibration.summary, scores: CalibrationScores([1]))
    }
    let json = String(decoding: try JSONEncoder().encode(calibration.summary), as: UTF8.self)
    let damaged = json.replacing(/"scale":[0-9.]+/, with: "\"scale\":0")
    #expect(damaged != json)
    let summary = try JSONDecoder().decode(CalibrationSummary.self, from: Data(damaged.utf8))
    #expect(throws: CalibrationError.storedTail) {
      try Calibration(summary: summary, scores: calibration.scores)
    }
  }
}

@Suite struct CalibrationWordingTests {
  @Test func promiseNamesRateIntervalAndCount() throws {
    let calibration = try Calibration.fit(to: (0..<1000).map(Float.init))
    #expect(
      calibration.summary.promise
        == "expected false-alarm rate 0.00999, 95 % interval 0.00481 to 0.017, from 1000 scores")
    #expect(
      calibration.summary.condition
        == "holds if new normal rows are exchangeable with the calibration rows")
  }

  @Test(arguments: [
    (
      CalibrationWarning.tooFewScores(count: 60, needed: 99, rate: 0.01),
      "a false-alarm rate of 0.01 cannot be promised from 60 calibration scores; 99 are needed"
    ),
    (
      .noTail(count: 3),
      "no tail could be fitted to 3 calibration scores; one of them is the threshold"
    ),
    (
      .fitsDisagree(likelihood: 12.345, moments: 20, factor: 3.14159),
      "the tail is uncertain at this rate: maximum likelihood puts the threshold at 12.3, "
        + "weighted moments at 20, a factor of 3.14 in rate"
    ),
    (
      .fewBlocks(blocks: 30, needed: 99, rate: 0.01),
      "the calibration rows form 30 independent blocks; a false-alarm rate of 0.01 needs 99, "
        + "so its interval is wide"
    ),
  ])
  func warningsAreSentences(warning: CalibrationWarning, sentence: String) {
    #expect("\(warning)" == sentence)
  }

  @Test func errorsSayWhatToDo() {
    #expect(throws: CalibrationError.noScores) { try Calibration.fit(to: []) }
    #expect(throws: CalibrationError.rateOutOfRange(0)) {
      try Calibration.fit(to: [1], options: CalibrationOptions(rate: 0))
    }
    #expect(throws: CalibrationError.labelsNeeded(.bestF1)) {
      try Calibration.fit(to: [1], options: CalibrationOptions(method: .bestF1))
    }
    #expect(throws: CalibrationError.oneClass(.bestF1, rows: 2, anomalous: 0)) {
      try Calibration.fit(
        to: [1, 2], labels: [false, false], options: CalibrationOptions(method: .bestF1))
    }
    #expect(throws: (any Error).self) {
      try Calibration.fit(to: [1], options: CalibrationOptions(method: .fixed))
    }
    #expect(
      "\(CalibrationError.noScores)"
        == "found no normal score to calibrate on; give at least one normal row")
    #expect(
      "\(CalibrationError.rateOutOfRange(2))"
        == "false-alarm rate 2.0 is out of range; expected a number from 1e-9 to 0.5")
    #expect(
      "\(CalibrationError.oneClass(.bestF1, rows: 2, anomalous: 0))"
        == "method best-f1 needs normal and anomalous rows; found 0 anomalous among 2")
  }
}
