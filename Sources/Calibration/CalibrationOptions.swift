/// How a threshold is set.
package enum CalibrationMethod: String, Sendable, Codable, CaseIterable {
  /// Split-conformal: at most the asked rate for exchangeable rows.
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

/// Stretches of consecutive rows of series, cut into blocks that are taken for independent.
package struct BlockLayout: Sendable, Equatable, Codable {
  /// Rows of each contiguous stretch of calibration scores.
  package let stretches: [Int]
  /// Rows after which two rows no longer depend on each other.
  package let blockLength: Int

  /// Cuts `stretches` into blocks of `blockLength` rows, 1 or more.
  package init(stretches: [Int], blockLength: Int) {
    precondition(blockLength >= 1, "blockLength must be 1 or more, got \(blockLength)")
    (self.stretches, self.blockLength) = (stretches, blockLength)
  }

  /// Number of whole blocks; at least 1 where there are rows at all.
  package var effectiveCount: Int {
    let blocks = stretches.reduce(0) { $0 + $1 / blockLength }
    return max(blocks, stretches.contains { $0 > 0 } ? 1 : 0)
  }
}

/// What a calibration aims at.
package struct CalibrationOptions: Sendable, Equatable {
  /// How the threshold is set.
  package var method: CalibrationMethod
  /// What a false-alarm rate may be.
  package static let rates = 1e-9...0.5

  /// Asked share of normal rows above the threshold, one of `rates`.
  package var rate: Double
  /// Share of calibrations whose interval is to hold the true rate.
  package var confidence: Double
  /// For series: blocks whose number stands for the number of rows in intervals.
  package var blocks: BlockLayout?
  /// The threshold of method `fixed`.
  package var fixedThreshold: Float?

  /// Split-conformal at a rate of 0.01 unless said otherwise.
  package init(
    method: CalibrationMethod = .conformal, rate: Double = 0.01, confidence: Double = 0.95,
    blocks: BlockLayout? = nil, fixedThreshold: Float? = nil
  ) {
    precondition(confidence > 0 && confidence < 1, "confidence \(confidence) is not in (0,1)")
    (self.method, self.rate, self.confidence) = (method, rate, confidence)
    (self.blocks, self.fixedThreshold) = (blocks, fixedThreshold)
  }
}
