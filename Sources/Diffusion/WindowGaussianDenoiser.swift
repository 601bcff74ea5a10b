package import Compute

/// The optimal denoiser of a window Gaussian, D(x; σ) = x - σ² Q (x - μ) with Q = (C + σ² I)^-1, and
/// optionally a network's correction.
///
/// It stores Q^(1/2), which contains σ, because reconstruction errors are whitened by it.
package struct WindowGaussianDenoiser: Sendable {
  /// μ, `[features]`.
  package let mean: [Float]
  /// Q^(1/2), symmetric, `[features, features]`.
  package let whitening: Matrix
  /// Whether the mean of each window is subtracted first, so that levels do not count.
  package let centersWindows: Bool
  /// A network's correction at the same noise level; nil for the closed form alone.
  package let correction: AxisDenoiser?
  /// 1 / Q_jj, `[features]`.
  private let inverseDiagonal: [Float]

  package init(
    mean: [Float], whitening: Matrix, centersWindows: Bool, correction: AxisDenoiser? = nil
  ) {
    precondition(
      whitening.rows == mean.count && whitening.columns == mean.count,
      "[\(whitening.rows), \(whitening.columns)] for \(mean.count) features")
    (self.mean, self.whitening) = (mean, whitening)
    (self.centersWindows, self.correction) = (centersWindows, correction)
    inverseDiagonal = (0..<whitening.rows).map { row in
      1 / max(sumOfSquares(whitening.values.span.extracting(whitening.range(ofRow: row))), 1e-12)
    }
  }

  /// The denoiser of a Gaussian's windows at a noise level relative to their deviation.
  package init(
    _ gaussian: WindowGaussian, at level: NoiseLevel, centersWindows: Bool,
    correction: AxisDenoiser? = nil
  ) {
    self.init(
      mean: gaussian.mean, whitening: gaussian.whitening(at: level),
      centersWindows: centersWindows, correction: correction)
  }

  /// This denoiser without its network.
  package func withoutNetwork() -> WindowGaussianDenoiser {
    WindowGaussianDenoiser(mean: mean, whitening: whitening, centersWindows: centersWindows)
  }

  /// The reconstruction of a batch of windows.
  package struct Reconstruction: Sendable {
    /// The whitened residuals Q^(-1/2) (x - D) / σ², in closed form Q^(1/2) (x - μ),
    /// `[windows, features]`; about standard normal on normal windows.
    package let residuals: Matrix
    /// The mean square of each window's residuals, `[windows]`: up to constants its -2 ln density, per
    /// point.
    package let density: [Float]
    /// The conditional mean of each point given all others, `[windows, features]`; nil if not requested.
    package let expected: Matrix?
  }

  /// Reconstructs windows.
  ///
  /// * `windows`: `[windows, features]`.
  /// * `explains`: whether the conditional means are requested.
  package func reconstruct(_ windows: Matrix, explains: Bool) -> Reconstruction {
    let residuals = residuals(of: windows)
    return Reconstruction(
      residuals: residuals,
      density: (0..<windows.rows).map { row in
        let range = residuals.range(ofRow: row)
        return sumOfSquares(residuals.values.span.extracting(range)) / Float(range.count)
      }, expected: explains ? expected(windows, residuals) : nil)
  }

  /// D(x; σ), `[windows, features]`.
  ///
  /// * `sigma`: the noise level contained in the whitening, in encoded units.
  package func denoise(_ windows: Matrix, sigma: Float) -> Matrix {
    var denoised = windows
    let pull = pull(residuals(of: windows))
    for index in denoised.values.indices {
      denoised.values[index] -= sigma * sigma * pull.values[index]
    }
    return denoised
  }

  /// The whitened residuals, the network's correction included.
  private func residuals(of windows: Matrix) -> Matrix {
    let level = centersWindows ? windows.centeringRows(over: windows.columns) : windows
    let centered = level.adding(mean, scale: -1)
    var residuals = Matrix(rows: windows.rows, columns: windows.columns)
    multiply(centered, whitening, into: &residuals)
    correction?.correct(&residuals, of: centered)
    return residuals
  }

  /// (x - D) / σ² = Q^(1/2) r of residuals r.
  private func pull(_ residuals: Matrix) -> Matrix {
    var pull = Matrix(rows: residuals.rows, columns: residuals.columns)
    multiply(residuals, whitening, into: &pull)
    return pull
  }

  /// x - (Q (x - μ))_j / Q_jj, which is E[x_j | all others].
  private func expected(_ windows: Matrix, _ residuals: Matrix) -> Matrix {
    var expected = pull(residuals)
    for row in 0..<windows.rows {
      for (offset, index) in expected.range(ofRow: row).enumerated() {
        expected.values[index] =
          windows.values[index] - expected.values[index] * inverseDiagonal[offset]
      }
    }
    return expected
  }

  /// Completes the beginning of a window by the conditional mean of the missing values.
  ///
  /// They minimise the distance |A (x - μ)|², A being the whitening (of the centered window where
  /// windows are centered): the normal equations are A_m' A_m y_m = -A_m' A_k y_k, with m the missing
  /// and k the known points.
  package func continued(_ known: [Float]) -> [Float] {
    let missing = mean.count - known.count
    let root = centersWindows ? whitening.centeringRows(over: whitening.columns) : whitening
    var unexplained = DoubleMatrix(rows: mean.count, columns: 1)
    var free = DoubleMatrix(rows: mean.count, columns: missing)
    for row in 0..<mean.count {
      for column in known.indices {
        let deviation = Double(known[column]) - Double(mean[column])
        unexplained[row, 0] -= Double(root[row, column]) * deviation
      }
      for column in 0..<missing { free[row, column] = Double(root[row, known.count + column]) }
    }
    let solution = solvePositive(
      product(free, free, transposed: .left), product(free, unexplained, transposed: .left))
    return known + (0..<missing).map { mean[known.count + $0] + Float(solution?[$0, 0] ?? 0) }
  }
}
