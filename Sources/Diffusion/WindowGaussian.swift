package import Compute

/// The Gaussian distribution of a series' windows, from which all closed forms of series follow.
package struct WindowGaussian: Sendable {
  /// Mean of the windows, `[features]`.
  package let mean: [Float]
  /// Population covariance of the windows, `[features, features]`.
  package let covariance: DoubleMatrix
  /// Root mean square of the centered windows: the unit of relative noise levels.
  package let deviation: Float
  /// The floor of deviation and noise in encoded units, for windows that are constant.
  package static let leastDeviation: Float = 1e-4
  /// Network inputs are clipped to this many deviations: training shows them no more than a few.
  static let mostDeviations: Float = 8

  /// Fits mean and covariance.
  ///
  /// * `windows`: `[windows, features]`.
  package static func fit(to windows: Matrix) -> WindowGaussian {
    let mean = windows.columnMeans()
    let covariance = windows.covariance(around: mean)
    let deviation = Float((covariance.trace / Double(max(1, covariance.rows))).squareRoot())
    return WindowGaussian(
      mean: mean, covariance: covariance, deviation: max(deviation, leastDeviation))
  }

  package init(mean: [Float], covariance: DoubleMatrix, deviation: Float) {
    (self.mean, self.covariance, self.deviation) = (mean, covariance, deviation)
  }

  /// The whitening Q^(1/2) with Q = (covariance + σ² I)^-1, symmetric, `[features, features]`; O(features³).
  package func whitening(at level: NoiseLevel) -> Matrix {
    let sigma = Double(level.sigma(deviation: deviation))
    return SymmetricEigen(of: covariance).applying {
      1 / (max(0, $0) + sigma * sigma).squareRoot()
    }.single
  }

  /// The standard deviation of the training noise, in encoded units, above 0.
  func noise(at level: NoiseLevel) -> Float {
    max(level.sigma(deviation: deviation), Self.leastDeviation)
  }
}
