import Calibration
import Testing

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

  @Test func ratesBelowAllMeaningAreZero() {
    let warning = CalibrationWarning.tooFewScores(count: 3, needed: 99, rate: 1.14e-33)
    #expect("\(warning)".hasPrefix("a false-alarm rate of 0 cannot"))
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
