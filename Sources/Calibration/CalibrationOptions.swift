/// How a threshold is set; raw values are those of `--method` and of model files.
package enum CalibrationMethod: String, Sendable, Codable, CaseIterable {
  /// Split-conformal: at most the requested rate, on average, for exchangeable rows.
  case conformal
  /// The empirical quantile of the calibration scores.
  case quantile
  /// A generalised Pareto tail, for rates beyond the calibration scores.
  case evt
  /// The threshold with the best F1 on labelled rows.
  case bestF1 = "best-f1"
  /// A threshold given by the user.
  case fixed
}

/// Contiguous runs of calibration scores of series, divided into blocks regarded as independent.
package struct BlockLayout: Sendable, Equatable, Codable {
  /// The number of rows of each contiguous run.
  package let stretches: [Int]
  /// The number of rows after which dependence is neglected.
  package let blockLength: Int

  /// Divides `stretches` into blocks of `blockLength` rows, 1 or more.
  package init(stretches: [Int], blockLength: Int) {
    precondition(blockLength >= 1, "blockLength must be 1 or more, got \(blockLength)")
    (self.stretches, self.blockLength) = (stretches, blockLength)
  }

  /// The number of whole blocks, but at least 1 if there are any rows.
  package var effectiveCount: Int {
    let blocks = stretches.reduce(0) { $0 + $1 / blockLength }
    return max(blocks, stretches.contains { $0 > 0 } ? 1 : 0)
  }
}

/// The goal of a calibration and what it may assume.
package struct CalibrationOptions: Sendable, Equatable {
  /// How the threshold is set.
  package var method: CalibrationMethod
  /// The usable false-alarm rates.
  package static let rates = 1e-9...0.5

  /// The requested false-alarm rate, the fraction of normal rows above the threshold; one of `rates`.
  package var rate: Double
  /// The coverage probability of intervals, 0 to 1 exclusive.
  package var confidence: Double
  /// For series: the blocks whose number replaces that of the rows in intervals.
  package var blocks: BlockLayout?
  /// The threshold of method `fixed`.
  package var fixedThreshold: Float?

  /// Split-conformal at a rate of 0.01 by default.
  package init(
    method: CalibrationMethod = .conformal, rate: Double = 0.01, confidence: Double = 0.95,
    blocks: BlockLayout? = nil, fixedThreshold: Float? = nil
  ) {
    precondition(confidence > 0 && confidence < 1, "confidence \(confidence) is not in (0,1)")
    (self.method, self.rate, self.confidence) = (method, rate, confidence)
    (self.blocks, self.fixedThreshold) = (blocks, fixedThreshold)
  }
}
