package import Compute

/// The conditional Gaussian of a window's last, hidden points given its other points, noised: the closed
/// form of their forecast.
package struct WindowCondition: Sendable {
  /// The number of points hidden at the end.
  package let hidden: Int
  /// Mean of the windows, `[features]`.
  package let mean: [Float]
  /// The regression of hidden points on seen, centered ones, `[seen, hidden]`.
  package let estimator: Matrix
  /// The conditional variance of each hidden point, `[hidden]`, at least noise²: no forecast is more
  /// certain than its inputs.
  package let variance: [Float]
  /// The coordinates of a network; nil for the closed form alone.
  package let frame: Frame?

  /// The coordinates of a network's inputs and outputs.
  package struct Frame: Sendable {
    /// Lambda^(-1/2) V' of covariance + noise² I, transposed, `[features, features]`.
    package let whitener: Matrix
    /// The columns of P^(1/2) for the hidden points, `[features, hidden]`.
    package let root: Matrix

    package init(whitener: Matrix, root: Matrix) {
      (self.whitener, self.root) = (whitener, root)
    }
  }

  package init(
    hidden: Int, mean: [Float], estimator: Matrix, variance: [Float], frame: Frame?
  ) {
    (self.hidden, self.mean) = (hidden, mean)
    (self.estimator, self.variance, self.frame) = (estimator, variance, frame)
  }

  /// The closed form alone.
  ///
  /// * `hidden`: the number of hidden points, less than that of the features.
  /// * `level`: the noise on the others, relative to the windows' deviation.
  package init(_ gaussian: WindowGaussian, hidden: Int, at level: NoiseLevel) {
    self.init(WindowPosterior(gaussian, hidden: hidden, at: level), frame: nil)
  }

  init(_ posterior: WindowPosterior, frame: Frame?) {
    let seen = posterior.gain.rows
    self.init(
      hidden: posterior.hidden, mean: posterior.gaussian.mean,
      estimator: posterior.gain.single.lastColumns(posterior.hidden),
      variance: (seen..<seen + posterior.hidden).map {
        Float(max(posterior.covariance[$0, $0], posterior.variance))
      }, frame: frame)
  }

  /// The number of seen points.
  package var seen: Int { mean.count - hidden }

  /// E[x | y] of the hidden points, less the mean, `[windows, hidden]`.
  ///
  /// * `centered`: windows less the mean, `[windows, features]`; only the seen part is read.
  package func expectation(_ centered: Matrix) -> Matrix {
    var expected = Matrix(rows: centered.rows, columns: hidden)
    multiply(centered.firstColumns(seen), estimator, into: &expected)
    return expected
  }

  /// The reconstruction of the hidden points of windows.
  package struct Reconstruction: Sendable {
    /// The forecasts D, in encoded units, `[windows, hidden]`.
    package let forecasts: Matrix
    /// (x - D)² / P: squared errors in units of the conditional variance, `[windows, hidden]`.
    package let errors: Matrix
  }

  /// Reconstructs the last points of windows from the others, each window relative to the mean of its
  /// seen points.
  ///
  /// * `windows`: `[windows, features]`.
  ///
  /// - Returns: the closed form, then that with the network's correction if a network is given.
  package func reconstruct(_ windows: Matrix, with network: WindowDenoiser?) -> [Reconstruction] {
    let centered = windows.centeringRows(over: seen).adding(mean, scale: -1)
    let expected = expectation(centered)
    guard let network else { return [reconstruction(expected, windows, centered)] }
    var corrected = network.correction(self, centered, expected: expected)
    for index in corrected.values.indices { corrected.values[index] += expected.values[index] }
    return [expected, corrected].map { reconstruction($0, windows, centered) }
  }

  private func reconstruction(_ denoised: Matrix, _ windows: Matrix, _ centered: Matrix)
    -> Reconstruction
  {
    var (forecasts, errors) = (denoised, denoised)
    for row in 0..<windows.rows {
      for offset in 0..<hidden {
        let (target, index) = (row * hidden + offset, row * windows.columns + seen + offset)
        forecasts.values[target] += windows.values[index] - centered.values[index]
        let residual = windows.values[index] - forecasts.values[target]
        errors.values[target] = residual * residual / variance[offset]
      }
    }
    return Reconstruction(forecasts: forecasts, errors: errors)
  }
}

/// The posterior Gaussian of all points of a window given its noised, seen ones: E[x | y] = K y and the
/// covariance P.
struct WindowPosterior {
  let gaussian: WindowGaussian
  let hidden: Int
  /// Standard deviation of the noise in encoded units.
  let noise: Float
  /// K, transposed: seen points to all, `[seen, features]`.
  let gain: DoubleMatrix
  /// P, `[features, features]`.
  let covariance: DoubleMatrix
  /// noise².
  var variance: Double { Double(noise) * Double(noise) }

  /// K = C_ao (C_oo + noise² I)^-1 and P = C - K C_oa from the covariance C of all and seen points.
  init(_ gaussian: WindowGaussian, hidden: Int, at level: NoiseLevel) {
    let features = gaussian.mean.count
    precondition(hidden >= 0 && hidden < features, "\(hidden) of \(features) points hidden")
    (self.gaussian, self.hidden) = (gaussian, hidden)
    noise = gaussian.noise(at: level)
    let seen = features - hidden
    let observed = gaussian.covariance.block(rows: seen, columns: features)
    let noised = gaussian.covariance.leading(seen).addingToDiagonal(Double(noise) * Double(noise))
    gain = solvePositive(noised, observed) ?? DoubleMatrix(rows: seen, columns: features)
    let explained = product(observed, gain, transposed: .left)
    var posterior = gaussian.covariance
    for index in posterior.values.indices { posterior.values[index] -= explained.values[index] }
    covariance = posterior
  }

  /// P^(1/2) and its inverse, both `[features, features]`.
  ///
  /// Standard deviations are floored at a thousandth of the windows', which bounds the inverse.
  func spectrum() -> (root: DoubleMatrix, inverseRoot: DoubleMatrix) {
    let floor = 1e-6 * Double(gaussian.deviation) * Double(gaussian.deviation)
    let spectrum = SymmetricEigen(of: covariance)
    return (
      spectrum.applying { max($0, floor).squareRoot() },
      spectrum.applying { 1 / max($0, floor).squareRoot() }
    )
  }

  /// Lambda^(-1/2) V' of covariance + noise² I = V Lambda V', transposed, `[features, features]`.
  func whitener() -> Matrix {
    let spectrum = SymmetricEigen(of: gaussian.covariance.addingToDiagonal(variance))
    let n = spectrum.values.count
    var whitener = Matrix(rows: n, columns: n)
    for axis in 0..<n {
      let scale = 1 / max(spectrum.values[axis], 1e-12).squareRoot()
      for column in 0..<n { whitener[column, axis] = Float(spectrum.vectors[axis, column] * scale) }
    }
    return whitener
  }
}

extension Matrix {
  func firstColumns(_ count: Int) -> Matrix { columns(0..<count) }

  func lastColumns(_ count: Int) -> Matrix { columns(columns - count..<columns) }

  private func columns(_ range: Range<Int>) -> Matrix {
    var part: [Float] = []
    part.reserveCapacity(rows * range.count)
    for row in 0..<rows {
      let start = row * columns
      part.append(contentsOf: values[start + range.lowerBound..<start + range.upperBound])
    }
    return Matrix(rows: rows, columns: range.count, values: part)
  }
}
