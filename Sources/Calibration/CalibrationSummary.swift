/// What a threshold is actually based on, which may be weaker than the method requested.
package enum Footing: String, Sendable, Codable {
  /// A conformal rank: the rate holds on average for exchangeable rows.
  case conformal
  /// An empirical quantile: consistent for many scores, without a guarantee.
  case quantile
  /// A fitted tail: an extrapolation.
  case tailModel = "tail-model"
  /// The largest calibration score: too few scores for the rate and no tail to fit.
  case largestScore = "largest-score"
  /// Labelled anomalies.
  case labels
  /// A number given by the user.
  case fixed
}

/// Everything about a calibration except its scores; stored as JSON in model files.
package struct CalibrationSummary: Sendable, Equatable, Codable {
  /// The requested method.
  package let method: CalibrationMethod
  /// What the threshold is based on.
  package let footing: Footing
  /// The requested false-alarm rate.
  package let rate: Double
  /// Scores strictly above are flagged.
  package let threshold: Threshold
  /// The number of calibration scores of normal rows.
  package let scoreCount: Int
  /// The effective sample size: the number of blocks for series, else that of the scores.
  package let effectiveCount: Int
  /// Rows of a block, for series.
  package let blockLength: Int?
  /// The expected false-alarm rate on new normal rows; nil without scores.
  package let expectedRate: Double?
  /// The interval for that rate; nil without scores.
  package let interval: RateInterval?
  /// F1 on the labelled rows, for method best-f1.
  package let bestF1: Double?
  /// The tail model behind p-values beyond its start, if one is in use.
  package let tail: TailModel?
  /// Reservations that the user is told about.
  package let warnings: [CalibrationWarning]
}

/// A reservation about a calibration.
package enum CalibrationWarning: Sendable, Equatable, Codable {
  /// Conformal calibration cannot guarantee the rate with so few scores.
  case tooFewScores(count: Int, needed: Int, rate: Double)
  /// No tail could be fitted; one of the scores became the threshold.
  case noTail(count: Int)
  /// The two fits of the tail put the rate at different thresholds.
  case fitsDisagree(likelihood: Double, moments: Double, factor: Double)
  /// A series has fewer blocks than the rate needs scores.
  case fewBlocks(blocks: Int, needed: Int, rate: Double)
}

extension CalibrationWarning: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooFewScores(let count, let needed, let rate):
      "a false-alarm rate of \(brief(rate)) cannot be promised from \(count) calibration scores; "
        + "\(needed) are needed"
    case .noTail(let count):
      "no tail could be fitted to \(count) calibration scores; one of them is the threshold"
    case .fitsDisagree(let likelihood, let moments, let factor):
      "the tail is uncertain at this rate: maximum likelihood puts the threshold at "
        + "\(brief(likelihood)), weighted moments at \(brief(moments)), a factor of "
        + "\(brief(factor)) in rate"
    case .fewBlocks(let blocks, let needed, let rate):
      "the calibration rows form \(blocks) independent blocks; a false-alarm rate of \(brief(rate)) "
        + "needs \(needed), so its interval is wide"
    }
  }
}

extension CalibrationSummary {
  /// The expected rate, its interval and the sample size behind it, as one sentence.
  package var promise: String {
    guard let expectedRate, let interval else { return "no normal scores: the rate is unknown" }
    let source =
      blockLength.map { "\(scoreCount) scores in \(effectiveCount) blocks of \($0) rows" }
      ?? "\(scoreCount) scores"
    return
      "expected false-alarm rate \(brief(expectedRate)), \(brief(interval.confidence * 100)) % "
      + "interval \(brief(interval.low)) to \(brief(interval.high)), from \(source)"
  }

  /// The assumption under which `promise` holds, as one sentence.
  package var condition: String {
    let exchangeable =
      blockLength == nil
      ? "new normal rows are exchangeable with the calibration rows"
      : "new normal stretches resemble the calibration stretches and blocks are independent"
    return switch footing {
    case .conformal, .largestScore: "holds if \(exchangeable)"
    case .quantile: "approximate, and only if \(exchangeable)"
    case .tailModel:
      "an extrapolation: holds if the fitted tail is right and \(exchangeable); "
        + "the interval is what the scores alone allow"
    case .labels: "set for the best F1 on labelled rows; its rate holds if \(exchangeable)"
    case .fixed: "set by hand; its rate holds if \(exchangeable)"
    }
  }
}

/// A number with three significant digits, for messages; magnitudes below 1e-9 become 0.
package func brief(_ value: Double) -> String {
  guard abs(value) >= 1e-9, value.isFinite else { return abs(value) < 1e-9 ? "0" : "\(value)" }
  var (digits, step) = (abs(value), 1.0)
  while digits < 100, step < 1e300 { (digits, step) = (digits * 10, step * 10) }
  let rounded = (value * step).rounded() / step
  return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
}
