/// Peaks over threshold: a generalised Pareto tail fitted to the largest normal scores.
///
/// Extrapolates p-values beyond the largest calibration score; rests on extreme value theory
/// (Pickands 1975; Balkema and de Haan 1974), not on exchangeability alone.
package struct TailModel: Sendable, Equatable, Codable {
  /// The estimator of a tail.
  package enum Fit: String, Sendable, Codable {
    case likelihood, moments
  }

  /// The score above which the model applies.
  package let start: Float
  /// The probability that a normal score lies above `start`.
  package let fraction: Double
  /// The number of scores above `start`, the sample size of both fits.
  package let exceedances: Int
  /// Fit by maximum likelihood.
  package let likelihood: GeneralizedPareto
  /// Fit by probability-weighted moments.
  package let moments: GeneralizedPareto
  /// The fit in use: of those whose support contains the largest score, the more cautious at the rate.
  package let used: Fit

  /// The smallest p-value reported: a smaller one would claim more than a calibration can know.
  package static let smallestPValue = 1e-12
  /// The fewest scores above the start that a tail is fitted to.
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
    let conditional = min(rate / fraction, 1)
    let momentsAreCautious =
      moments.excess(survival: conditional) > likelihood.excess(survival: conditional)
    used = moments.end > largest && momentsAreCautious ? .moments : .likelihood
  }

  /// Whether stored parameters define a distribution.
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

  /// The score that each fit assigns to `rate`; nil when it lies below `start`.
  package func thresholds(rate: Double) -> (likelihood: Double, moments: Double)? {
    guard rate < fraction else { return nil }
    let conditional = rate / fraction
    return (
      Double(start) + likelihood.excess(survival: conditional),
      Double(start) + moments.excess(survival: conditional)
    )
  }

  /// The disagreement of the fits at `rate`, as the ratio (1 or more) of the rates they assign to the
  /// threshold of the fit in use.
  ///
  /// 1 when that threshold lies below `start`.
  package func disagreement(rate: Double) -> Double {
    guard let thresholds = thresholds(rate: rate) else { return 1 }
    let (threshold, other) =
      used == .moments ? (thresholds.moments, likelihood) : (thresholds.likelihood, moments)
    let otherRate = fraction * other.survival(threshold - Double(start))
    return max(otherRate / rate, rate / max(otherRate, TailModel.smallestPValue))
  }
}
