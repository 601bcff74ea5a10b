/// A two-sided interval for a false-alarm rate, with equal probability left on both sides.
package struct RateInterval: Sendable, Equatable, Codable {
  /// Lower end, 0 to 1.
  package let low: Double
  /// Upper end, 0 to 1.
  package let high: Double
  /// The coverage probability: the fraction of calibrations whose interval contains the true rate.
  package let confidence: Double

  /// The exact binomial interval of Clopper and Pearson (1934) after `hits` of `count` rows.
  ///
  /// Real numbers are allowed, for effective counts; `hits` lies between 0 and `count`, `count` is
  /// above 0.
  package static func clopperPearson(
    hits: Double, of count: Double, confidence: Double = 0.95
  ) -> RateInterval {
    precondition(hits >= 0 && hits <= count && count > 0, "\(hits) hits of \(count)")
    let tail = (1 - confidence) / 2
    let low =
      hits > 0 ? BetaDistribution(a: hits, b: count - hits + 1).quantile(tail) : 0
    let high =
      hits < count ? BetaDistribution(a: hits + 1, b: count - hits).quantile(1 - tail) : 1
    return RateInterval(low: low, high: high, confidence: confidence)
  }

  /// The interval for the rate of a split-conformal threshold, before its calibration scores are drawn.
  ///
  /// The threshold being the k-th largest of n scores, the rate it has on new rows is distributed as
  /// Beta(k, n + 1 - k), with mean `expected` = k / (n + 1); `count` is n, or an effective n.
  package static func conformal(
    expected: Double, count: Double, confidence: Double = 0.95
  ) -> RateInterval {
    precondition(expected > 0 && expected < 1 && count > 0, "rate \(expected) of \(count) scores")
    let rate = BetaDistribution(a: expected * (count + 1), b: (1 - expected) * (count + 1))
    let tail = (1 - confidence) / 2
    return RateInterval(
      low: rate.quantile(tail), high: rate.quantile(1 - tail), confidence: confidence)
  }
}
