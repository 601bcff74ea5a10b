import Compute

/// Noise levels of the forward process dX = sqrt(2 sigma dsigma/dt) dB, at which a sample is x +
/// sigma e.
///
/// A schedule is a pure function to standard deviations in encoded units.
package enum NoiseSchedule: Sendable, Equatable, Codable {
  /// Equal ratios.
  case logUniform
  /// Equal steps of sigma^(1/rho) (Karras et al. 2022, equation 5; rho = 7 there).
  case karras(rho: Double)
  /// The variance-exploding form of DDPM's linear beta (Ho et al. 2020; Song et al. 2021):
  /// sigma^2 + 1 = exp(beta_d t^2 / 2 + beta_min t).
  case linearBeta(minimum: Double, maximum: Double)
  /// alphaBar = cos^2 (Nichol and Dhariwal 2021): sigma = tan(pi t / 2), cut to the range.
  case cosine

  /// `count` levels from `sigmaMax` down to `sigmaMin`.
  ///
  /// * `count`: at least 1; a single level is `sigmaMax`.
  /// * `sigmaMin`: above 0.
  /// * `sigmaMax`: above `sigmaMin`.
  package func sigmas(_ count: Int, from sigmaMax: Double, to sigmaMin: Double) -> [Float] {
    precondition(count > 0, "\(count) noise levels")
    precondition(sigmaMin > 0 && sigmaMax > sigmaMin, "noise levels \(sigmaMax) to \(sigmaMin)")
    return (0..<count).map { index in
      let progress = count > 1 ? Double(index) / Double(count - 1) : 0
      return Float(min(sigmaMax, max(sigmaMin, sigma(progress, sigmaMax, sigmaMin))))
    }
  }

  /// The level at `progress` 0...1 from `high` to `low`.
  private func sigma(_ progress: Double, _ high: Double, _ low: Double) -> Double {
    switch self {
    case .logUniform:
      return high * power(low / high, progress)
    case .karras(let rho):
      let (top, bottom) = (power(high, 1 / rho), power(low, 1 / rho))
      return power(top + progress * (bottom - top), rho)
    case .linearBeta(let minimum, let maximum):
      // The time at which this process reaches `high` is time 1.
      let end = Self.time(of: high, minimum, maximum)
      let start = Self.time(of: low, minimum, maximum)
      let time = end + progress * (start - end)
      return (exponential((maximum - minimum) * time * time / 2 + minimum * time) - 1).squareRoot()
    case .cosine:
      let (end, start) = (arcTangent(high), arcTangent(low))
      let angle = end + progress * (start - end)
      return tangent(angle)
    }
  }

  /// The time at which the process of a linear beta reaches `sigma`: the root of its quadratic.
  private static func time(of sigma: Double, _ minimum: Double, _ maximum: Double) -> Double {
    let slope = maximum - minimum
    let exponent = logarithm(onePlus: sigma * sigma)
    guard slope > 0 else { return exponent / minimum }
    return ((minimum * minimum + 2 * slope * exponent).squareRoot() - minimum) / slope
  }
}
