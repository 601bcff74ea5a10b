/// The generalised Pareto distribution of excesses over a high level (Pickands 1975).
///
/// Survival at x is (1 + shape x / scale)^(-1 / shape); shape 0 is the exponential, above 0 the tail
/// is heavy, below 0 it ends at -scale / shape. Excesses and scale are in units of the score.
package struct GeneralizedPareto: Sendable, Equatable, Codable {
  /// The tail index, often written xi.
  package let shape: Double
  /// The spread, above 0.
  package let scale: Double

  /// The distribution of this shape and scale.
  package init(shape: Double, scale: Double) {
    precondition(scale > 0, "scale must be above 0, got \(scale)")
    (self.shape, self.scale) = (shape, scale)
  }

  /// Probability of an excess above `excess`, 0 beyond the end of a bounded tail.
  package func survival(_ excess: Double) -> Double {
    guard excess > 0 else { return 1 }
    let x = excess / scale
    if isExponential { return exponential(-x) }
    let base = shape * x
    return base > -1 ? exponential(-logarithm(onePlus: base) / shape) : 0
  }

  /// The excess that is exceeded with `probability`, above 0 and at most 1.
  package func excess(survival probability: Double) -> Double {
    let x = -logarithm(probability)
    return scale * (isExponential ? x : exponentialMinusOne(shape * x) / shape)
  }

  /// The largest possible excess.
  package var end: Double { shape < 0 ? -scale / shape : .infinity }

  private var isExponential: Bool { abs(shape) < 1e-12 }
}

/// The two estimators; both take excesses above 0 in any order.
extension GeneralizedPareto {
  /// Probability-weighted moments (Hosking and Wallis 1987): stable for few excesses.
  ///
  /// Nil when there are fewer than two excesses or they hardly differ. O(n log n).
  package static func moments(of excesses: [Double]) -> GeneralizedPareto? {
    let count = Double(excesses.count)
    guard count >= 2 else { return nil }
    let mean = excesses.reduce(0, +) / count
    let weighted = excesses.sorted().enumerated().reduce(0.0) { sum, next in
      sum + (count - 1 - Double(next.offset)) / (count - 1) * next.element
    }
    let spread = mean - 2 * weighted / count  // second L-moment
    guard spread > 1e-6 * mean, mean.isFinite else { return nil }
    return GeneralizedPareto(shape: 2 - mean / spread, scale: mean * (mean / spread - 1))
  }

  /// Maximum likelihood over shapes from -0.5, below which it is irregular (Smith 1985).
  ///
  /// One-dimensional search of the profile likelihood in theta = shape / scale (Grimshaw 1993): a
  /// grid that spans both signs, then golden sections around its best point. Nil without excesses.
  package static func maximumLikelihood(of excesses: [Double]) -> GeneralizedPareto? {
    guard let profile = ProfileLikelihood(excesses) else { return nil }
    let grid = profile.grid
    var best = 0
    for index in grid.indices where profile.value(at: grid[index]) > profile.value(at: grid[best]) {
      best = index
    }
    let (low, high) = (grid[max(best - 1, 0)], grid[min(best + 1, grid.count - 1)])
    return profile.distribution(at: profile.maximum(from: low, to: high))
  }
}

/// The profile log-likelihood of excesses, per excess, as a function of theta = shape / scale alone.
private struct ProfileLikelihood {
  let excesses: [Double]
  let mean, largest: Double

  init?(_ excesses: [Double]) {
    guard let largest = excesses.max(), largest > 0, largest.isFinite else { return nil }
    self.excesses = excesses
    self.largest = largest
    mean = excesses.reduce(0, +) / Double(excesses.count)
  }

  /// Candidates for theta, rising: close to the end of a bounded tail, through 0, to heavy tails.
  var grid: [Double] {
    let bounded = (0...64).reversed().map { -(1 - 0.9 * tenth($0, of: 8)) / largest }
    let faint = (1...14).map { -0.1 / Double(1 << $0) / largest }
    let heavy = (-32...32).map { exponential(Double($0) / 8 * logarithm(10)) / mean }
    return bounded + faint + [0] + heavy
  }

  func value(at theta: Double) -> Double {
    guard abs(theta) * mean > 1e-10 else { return -logarithm(mean) - 1 }
    let shape = shape(at: theta)
    return -logarithm(shape / theta) - (1 / shape + 1) * meanLogarithm(at: theta)
  }

  func distribution(at theta: Double) -> GeneralizedPareto {
    guard abs(theta) * mean > 1e-10 else { return GeneralizedPareto(shape: 0, scale: mean) }
    let shape = shape(at: theta)
    return GeneralizedPareto(shape: shape, scale: shape / theta)
  }

  /// The theta of the largest value in an interval with one peak, by golden sections.
  func maximum(from low: Double, to high: Double) -> Double {
    let golden = (5.0.squareRoot() - 1) / 2
    var (low, high) = (low, high)
    var (left, right) = (high - golden * (high - low), low + golden * (high - low))
    var (leftValue, rightValue) = (value(at: left), value(at: right))
    for _ in 0..<80 {
      if leftValue > rightValue {
        (high, right, rightValue) = (right, left, leftValue)
        left = high - golden * (high - low)
        leftValue = value(at: left)
      } else {
        (low, left, leftValue) = (left, right, rightValue)
        right = low + golden * (high - low)
        rightValue = value(at: right)
      }
    }
    return (low + high) / 2
  }

  /// The likeliest shape for `theta`, held at the lowest allowed.
  private func shape(at theta: Double) -> Double { max(meanLogarithm(at: theta), -0.5) }

  private func meanLogarithm(at theta: Double) -> Double {
    excesses.reduce(0) { $0 + logarithm(onePlus: theta * $1) } / Double(excesses.count)
  }

  /// 10 to the power -step / `steps`.
  private func tenth(_ step: Int, of steps: Int) -> Double {
    exponential(-Double(step) / Double(steps) * logarithm(10))
  }
}
