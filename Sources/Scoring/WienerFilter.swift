package import Compute

/// Rows as the Gaussian of the whole baseline brings them back from a little noise (Wiener 1949):
/// directions in which rows hardly differ, which hold noise more often than not, count for less.
package struct WienerFilter: Sendable, Equatable {
  /// Mean of the baseline rows, `[features]`.
  package let mean: [Float]
  /// What centered rows are multiplied by, symmetric, `[features, features]`.
  package let map: Matrix
  /// Standard deviation of the noise, in units of the features' own.
  private static let sigma = 0.5
  /// The cost grows with the third power of the features.
  private static let mostFeatures = 1_000

  package init(mean: [Float], map: Matrix) {
    precondition(
      map.rows == mean.count && map.columns == mean.count,
      "[\(map.rows), \(map.columns)] for \(mean.count) features")
    (self.mean, self.map) = (mean, map)
  }

  /// C (C + noise² I)^-1 of the rows' covariance C, scaled so that filtered rows vary as much in all as
  /// they did.
  ///
  /// A feature that never varies passes as it is, for what it does next is no noise.
  ///
  /// * `rows`: baseline rows in the standard view, `[rows, features]`.
  /// - Returns: nil where features are too many, or as many as the rows, which then vary in few
  ///   directions only.
  package static func fit(to rows: Matrix) -> WienerFilter? {
    guard rows.columns <= mostFeatures, rows.rows > rows.columns else { return nil }
    let mean = rows.columnMeans()
    let covariance = rows.covariance(around: mean)
    let usual = covariance.trace / Double(max(1, rows.columns))
    guard usual > 0,
      let filter = solvePositive(
        covariance.addingToDiagonal(sigma * sigma * usual), covariance)
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

  /// The encoded views of rows and the one that is made of the standard view, the first.
  func extending(_ views: [Matrix]) -> [Matrix] { views + [self(views[0])] }

  /// The filtered rows, centered, `[rows, features]`.
  package func callAsFunction(_ rows: Matrix) -> Matrix {
    var filtered = rows
    multiply(rows.adding(mean, scale: -1), map, into: &filtered)
    return filtered
  }
}
