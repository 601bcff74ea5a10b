/// What a threshold rests on, which may be less than the method asked for.
package enum Footing: String, Sendable, Codable {
  /// A conformal rank: the rate holds on average for exchangeable rows.
  case conformal
  /// An empirical quantile: right for many scores, without a promise.
  case quantile
  /// A fitted tail: an extrapolation.
  case tailModel = "tail-model"
  /// The largest calibration score: too few scores for the rate and no tail to fit.
  case largestScore = "largest-score"
  /// Labelled anomalies.
  case labels
  /// The user's word.
  case fixed
}

/// All about a calibration but its scores; JSON of the model file.
package struct CalibrationSummary: Sendable, Equatable, Codable {
  /// The method asked for.
  package let method: CalibrationMethod
  /// What the threshold rests on.
  package let footing: Footing
  /// The asked false-alarm rate.
  package let rate: Double
  /// Scores strictly above are flagged.
  package let threshold: Threshold
  /// Calibration scores of normal rows.
  package let scoreCount: Int
  /// Independent pieces among them: blocks for series, otherwise all.
  package let effectiveCount: Int
  /// Rows of a block, for series.
  package let blockLength: Int?
  /// The rate expected on new normal rows; nil without scores.
  package let expectedRate: Double?
  /// Where the rate on new normal rows lies; nil without scores.
  package let interval: RateInterval?
  /// F1 on the labelled rows, for method best-f1.
  package let bestF1: Double?
  /// The tail model behind p-values beyond its start, if one is in use.
  package let tail: TailModel?
  /// What the user should know.
  package let warnings: [CalibrationWarning]
}

/// What is doubtful about a calibration.
package enum CalibrationWarning: Sendable, Equatable, Codable {
  /// Conformal calibration cannot promise the rate with so few scores.
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
  /// The expected rate with its interval and the number it comes from, as one sentence.
  package var promise: String {
    guard let expectedRate, let interval else { return "no normal scores: the rate is unknown" }
    let source =
      blockLength.map { "\(scoreCount) scores in \(effectiveCount) blocks of \($0) rows" }
      ?? "\(scoreCount) scores"
    return
      "expected false-alarm rate \(brief(expectedRate)), \(brief(interval.confidence * 100)) % "
      + "interval \(brief(interval.low)) to \(brief(interval.high)), from \(source)"
  }

  /// What must hold for the promise to hold, as one sentence.
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

/// A number with three significant digits; what is below 1e-9 is 0.
package func brief(_ value: Double) -> String {
  guard abs(value) >= 1e-9, value.isFinite else { return abs(value) < 1e-9 ? "0" : "\(value)" }
  var (digits, step) = (abs(value), 1.0)
  while digits < 100, step < 1e300 { (digits, step) = (digits * 10, step * 10) }
  let rounded = (value * step).rounded() / step
  return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
}
