package import Compute

/// The Wiener filter of a whole baseline, D - mean = C (C + σ² I)^-1 (x - mean) (Wiener 1949), rescaled
/// to preserve the total variance of the rows.
///
/// It shrinks directions in which rows hardly differ, which are mostly noise.
package struct WienerFilter: Sendable, Equatable {
  /// Mean of the baseline rows, `[features]`.
  package let mean: [Float]
  /// The rescaled filter that centered rows are multiplied by, symmetric, `[features, features]`.
  package let map: Matrix
  /// The most features that are filtered: fitting is O(features³).
  private static let mostFeatures = 1_000

  package init(mean: [Float], map: Matrix) {
    precondition(
      map.rows == mean.count && map.columns == mean.count,
      "[\(map.rows), \(map.columns)] for \(mean.count) features")
    (self.mean, self.map) = (mean, map)
  }

  /// Fits mean and filter to the rows' covariance C.
  ///
  /// A constant feature passes unfiltered: if it ever changes, that is no noise.
  ///
  /// * `rows`: `[rows, features]`.
  /// * `level`: relative to the root of the features' mean variance.
  /// - Returns: nil for more than 1,000 features, or at least as many features as rows, whose covariance
  ///   would be singular.
  package static func fit(to rows: Matrix, at level: NoiseLevel) -> WienerFilter? {
    guard rows.columns <= mostFeatures, rows.rows > rows.columns else { return nil }
    let mean = rows.columnMeans()
    let covariance = rows.covariance(around: mean)
    let usual = covariance.trace / Double(max(1, rows.columns))
    guard usual > 0,
      let filter = solvePositive(
        covariance.addingToDiagonal(level.variance(of: usual)), covariance)
    else { return nil }
    let left = product(filter, covariance)
    let kept = zip(left.values, filter.values).reduce(0) { $0 + $1.0 * $1.1 }
    let scale = (covariance.trace / kept).squareRoot()
    var map = filter
    for index in map.values.indices { map.values[index] *= scale }
    for feature in 0..<map.rows where covariance[feature, feature] <= 1e-12 * usual {
      map[feature, feature] = 1
    }
    return WienerFilter(mean: mean, map: map.single)
  }

  /// The filtered rows, centered and rescaled, `[rows, features]`.
  package func denoise(_ rows: Matrix) -> Matrix {
    var denoised = rows
    multiply(rows.adding(mean, scale: -1), map, into: &denoised)
    return denoised
  }
}
