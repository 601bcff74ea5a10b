import Calibration
import Foundation
import TestSupport
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

@Suite struct CalibrationTests {
  @Test(arguments: awkward, [CalibrationMethod.conformal, .quantile, .evt])
  func pValuesFallAndStayInRange(scores: [Float], method: CalibrationMethod) throws {
    for rate in [0.5, 0.01, 1e-6] {
      let calibration = try Calibration.fit(
        to: scores, options: CalibrationOptions(method: method, rate: rate))
      let pValues = probes.map { calibration.pValue(of: $0) }
      #expect(pValues.allSatisfy { $0 > 0 && $0 <= 1 })
      #expect(zip(pValues, pValues.dropFirst()).allSatisfy { $0 >= $1 })
      #expect(pValues.last == calibration.pValue(of: .nan))
      #expect(calibration.threshold.value.isFinite)
    }
  }

  @Test(arguments: [60, 300, 3000], [0.2, 0.01, 1e-3, 1e-5])
  func tailFlagsExactlyWherePValuesAreSmall(count: Int, rate: Double) throws {
    var draws = SeededGenerator(seed: UInt64(count))
    let calibration = try Calibration.fit(
      to: draws.exponential(count), options: CalibrationOptions(method: .evt, rate: rate))
    let value = calibration.threshold.value
    #expect(calibration.summary.footing == .tailModel)
    #expect(calibration.pValue(of: value) > rate)
    #expect(calibration.pValue(of: value.nextUp) <= rate)
    let grid = (0..<4000).map { Float($0) / 100 }
    let pValues = grid.map { calibration.pValue(of: $0) }
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
    #expect(all.threshold.flags(1) && all.threshold.flags(2))
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5])
  func bestF1BeatsEveryOtherThreshold(seed: UInt64) throws {
    var draws = SeededGenerator(seed: seed)
    let labels = (0..<50).map { $0 % 7 == 0 }
    let scores = labels.map { Float(Int(draws.uniform() * 12)) + ($0 ? 4 : 0) }
    let calibration = try Calibration.fit(
      to: scores, labels: labels, options: CalibrationOptions(method: .bestF1))
    func f1(_ threshold: Threshold) -> Double {
      let flags = scores.map { threshold.flags($0) }
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
    var draws = SeededGenerator(seed: 8)
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
