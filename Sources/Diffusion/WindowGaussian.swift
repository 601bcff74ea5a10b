package import Compute

/// Windows of a series as one Gaussian.
package struct WindowGaussian: Sendable {
  /// Mean of the windows, `[features]`.
  package let mean: [Float]
  /// `[features, features]`.
  package let covariance: DoubleMatrix
  /// Root mean square of the centered windows: the unit of relative noise levels.
  package let deviation: Float
  /// No deviation and no noise is less, in encoded units: windows may be flat.
  package static let leastDeviation: Float = 1e-4
  /// What networks see is cut at so many deviations, for they have learned no more than a few.
  static let mostDeviations: Float = 8

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

  /// Q^(1/2) with Q = (covariance + σ² I)^-1: turns a window into its whitened residual,
  /// `[features, features]`.
  package func whitening(at level: NoiseLevel) -> Matrix {
    let sigma = Double(level.sigma(deviation: deviation))
    return SymmetricEigen(of: covariance).applying {
      1 / (max(0, $0) + sigma * sigma).squareRoot()
    }.single
  }

  /// The standard deviation of noise that windows are given to learn from, in encoded units.
  func noise(at level: NoiseLevel) -> Float {
    max(level.sigma(deviation: deviation), Self.leastDeviation)
  }
}
