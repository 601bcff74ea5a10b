package import Compute

/// What is known in closed form about a window whose last points are hidden and whose other points
/// are noised: E[x | y] and the covariance P that remains.
package struct WindowCondition: Sendable {
  /// Points hidden at the end, and the noise on the others in units of the windows' deviation.
  package let hidden: Int
  package let sigma: Float
  /// Standard deviation of the noise in encoded units.
  package let noise: Float
  package let mean: [Float]
  /// Maps seen, centered points to the expectation of all, `[seen, features]`.
  package let estimator: Matrix
  /// P^(1/2), and the diagonal of P, at least noise²: no forecast is surer than what it is made from.
  package let root: Matrix
  package let variance: [Float]
  /// Lambda^(-1/2) V' of covariance + noise² I, transposed: what the network sees, `[features, features]`.
  package let whitener: Matrix

  /// The number of points seen.
  package var seen: Int { mean.count - hidden }

  package init(
    hidden: Int, sigma: Float, noise: Float, mean: [Float], estimator: Matrix, root: Matrix,
    variance: [Float], whitener: Matrix
  ) {
    (self.hidden, self.sigma, self.noise, self.mean) = (hidden, sigma, noise, mean)
    (self.estimator, self.root) = (estimator, root)
    (self.variance, self.whitener) = (variance, whitener)
  }

  /// K = C_ao (C_oo + noise² I)^-1 and P = C - K C_oa from the covariance C of all and seen points.
  ///
  /// * `hidden`: hidden points, fewer than the features.
  package init(_ gaussian: WindowGaussian, hidden: Int, sigma: Float) {
    let features = gaussian.mean.count
    precondition(hidden >= 0 && hidden < features, "\(hidden) of \(features) points hidden")
    let noise = max(sigma * gaussian.deviation, 1e-4)
    let variance = Double(noise) * Double(noise)
    let covariance = gaussian.covariance
    let seen = features - hidden
    let observed = covariance.block(rows: seen, columns: features)
    let gain =
      solvePositive(covariance.leading(seen).addingToDiagonal(variance), observed)
      ?? DoubleMatrix(rows: seen, columns: features)
    let explained = product(observed, gain, transposed: .left)
    var posterior = covariance
    for index in posterior.values.indices { posterior.values[index] -= explained.values[index] }
    let floor = 1e-6 * Double(gaussian.deviation) * Double(gaussian.deviation)
    let spectrum = SymmetricEigen(of: posterior)
    let noised = SymmetricEigen(of: covariance.addingToDiagonal(variance))
    self.init(
      hidden: hidden, sigma: sigma, noise: noise, mean: gaussian.mean, estimator: gain.single,
      root: spectrum.applying { max($0, floor).squareRoot() }.single,
      variance: (0..<features).map { Float(max(posterior[$0, $0], variance)) },
      whitener: Self.whitener(noised))
  }

  /// P^(-1/2), which only training needs.
  package func inverseRoot() -> Matrix {
    SymmetricEigen(of: root.double).applying { 1 / max($0, 1e-6) }.single
  }

  private static func whitener(_ spectrum: SymmetricEigen) -> Matrix {
    let n = spectrum.values.count
    var whitener = Matrix(rows: n, columns: n)
    for axis in 0..<n {
      let scale = 1 / max(spectrum.values[axis], 1e-12).squareRoot()
      for column in 0..<n { whitener[column, axis] = Float(spectrum.vectors[axis, column] * scale) }
    }
    return whitener
  }

  /// E[x | y] less the mean, given windows less the mean of which only the seen part is read,
  /// `[windows, features]`.
  package func expectation(_ centered: Matrix) -> Matrix {
    var visible = Matrix(rows: centered.rows, columns: seen)
    for row in 0..<centered.rows {
      let source = row * centered.columns
      visible.values.replaceSubrange(
        visible.range(ofRow: row), with: centered.values[source..<source + seen])
    }
    var expected = Matrix(rows: centered.rows, columns: centered.columns)
    multiply(visible, estimator, into: &expected)
    return expected
  }

  /// The whitened window with its hidden part filled by the expectation, cut at 8 deviations: the
  /// input of a network, `[windows, features]`.
  package func networkInput(_ centered: Matrix, expected: Matrix) -> Matrix {
    var filled = centered
    for row in 0..<filled.rows {
      let end = (row + 1) * filled.columns
      for index in end - hidden..<end { filled.values[index] = expected.values[index] }
    }
    var whitened = Matrix(rows: filled.rows, columns: filled.columns)
    multiply(filled, whitener, into: &whitened)
    for index in whitened.values.indices {
      whitened.values[index] = min(8, max(-8, whitened.values[index]))
    }
    return whitened
  }
}
