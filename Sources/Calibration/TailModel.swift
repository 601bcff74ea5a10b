/// Peaks over a threshold: the far tail of normal scores, fitted to the largest of them.
package struct TailModel: Sendable, Equatable, Codable {
  /// How a tail was fitted.
  package enum Fit: String, Sendable, Codable {
    case likelihood, moments
  }

  /// The score above which the model speaks.
  package let start: Float
  /// Probability that a normal score lies above `start`.
  package let fraction: Double
  /// Scores above `start`: what the fits rest on.
  package let exceedances: Int
  /// Fit by maximum likelihood.
  package let likelihood: GeneralizedPareto
  /// Fit by probability-weighted moments.
  package let moments: GeneralizedPareto
  /// The fit in use: of two that can hold the largest score, the more cautious at the asked rate.
  package let used: Fit

  /// The least p-value told: a smaller one claims more than a calibration can know.
  package static let smallestPValue = 1e-12
  /// With fewer scores above its start no tail is fitted.
  package static let fewestExceedances = 5

  /// Fits the largest tenth of `scores` (at least 25 where there are 50, at most 1,000) for `rate`.
  ///
  /// Nil when too few scores differ for a fit, as when all are equal.
  package init?(of scores: CalibrationScores, rate: Double) {
    let wanted = min(max(scores.count / 10, min(scores.count / 2, 25)), 1000)
    guard wanted >= TailModel.fewestExceedances else { return nil }
    let start = scores.largest(wanted + 1)
    let excesses = scores.kept.filter { $0 > start }.map { Double($0) - Double(start) }
    guard excesses.count >= TailModel.fewestExceedances, let largest = excesses.max(),
      let likelihood = GeneralizedPareto.maximumLikelihood(of: excesses),
      let moments = GeneralizedPareto.moments(of: excesses)
    else { return nil }
    (self.start, self.likelihood, self.moments) = (start, likelihood, moments)
    exceedances = excesses.count
    fraction = Double(excesses.count + 1) / Double(scores.count + 1)
    let share = min(rate / fraction, 1)
    let momentsAreCautious =
      moments.excess(survival: share) > likelihood.excess(survival: share)
    used = moments.end > largest && momentsAreCautious ? .moments : .likelihood
  }

  /// Whether stored numbers make a distribution.
  var isUsable: Bool {
    start.isFinite && fraction > 0 && fraction <= 1
      && [likelihood, moments].allSatisfy { $0.shape.isFinite && $0.scale.isFinite && $0.scale > 0 }
  }

  /// Probability of a normal score as high as `score`, which lies above `start`; never 0 or NaN.
  package func pValue(of score: Float) -> Double {
    guard score < .infinity else { return TailModel.smallestPValue }
    let survival = (used == .moments ? moments : likelihood).survival(Double(score) - Double(start))
    return max(fraction * survival, TailModel.smallestPValue)
  }

  /// The score that each fit puts at `rate`; nil when that lies below `start`.
  package func thresholds(rate: Double) -> (likelihood: Double, moments: Double)? {
    guard rate < fraction else { return nil }
    let share = rate / fraction
    return (
      Double(start) + likelihood.excess(survival: share),
      Double(start) + moments.excess(survival: share)
    )
  }

  /// How far the fits are apart at `rate`: the larger over the smaller rate at one threshold.
  ///
  /// The threshold is that of the fit in use; 1 when the rate lies below `start`.
  package func disagreement(rate: Double) -> Double {
    guard let thresholds = thresholds(rate: rate) else { return 1 }
    let (threshold, other) =
      used == .moments ? (thresholds.moments, likelihood) : (thresholds.likelihood, moments)
    let otherRate = fraction * other.survival(threshold - Double(start))
    return max(otherRate / rate, rate / max(otherRate, TailModel.smallestPValue))
  }
}
