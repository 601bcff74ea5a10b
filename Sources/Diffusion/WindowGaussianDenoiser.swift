package import Compute

/// Windows as one Gaussian of mean μ and covariance C: D(x; σ) = x - σ² Q (x - μ) with
/// Q = (C + σ² I)^-1, and what a network adds to it.
///
/// It holds Q^(1/2), in which σ is contained, for that is what reconstruction errors are whitened by.
package struct WindowGaussianDenoiser: Sendable {
  /// μ, `[features]`.
  package let mean: [Float]
  /// Q^(1/2), symmetric, `[features, features]`.
  package let whitening: Matrix
  /// Whether each window is taken less its own mean.
  package let centersWindows: Bool
  /// What a network adds to the closed form, at the same noise; nil for the closed form alone.
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

  /// The closed form alone.
  package func withoutNetwork() -> WindowGaussianDenoiser {
    WindowGaussianDenoiser(mean: mean, whitening: whitening, centersWindows: centersWindows)
  }

  /// How windows come back.
  package struct Reconstruction: Sendable {
    /// Q^(-1/2) (x - D) / σ², in closed form Q^(1/2) (x - μ): the reconstruction error of each point in
    /// units of what is left uncertain of it, about 1 on normal windows, `[windows, features]`.
    package let residuals: Matrix
    /// The mean square of each window's residuals, `[windows]`: up to constants its -2 ln density, per
    /// point.
    package let density: [Float]
    /// What each point is expected to be given all others, `[windows, features]`; nil if not asked for.
    package let expected: Matrix?
  }

  /// * `windows`: `[windows, features]`.
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
  /// * `sigma`: what the whitening contains, in encoded units.
  package func denoise(_ windows: Matrix, sigma: Float) -> Matrix {
    var denoised = windows
    let pull = pull(residuals(of: windows))
    for index in denoised.values.indices {
      denoised.values[index] -= sigma * sigma * pull.values[index]
    }
    return denoised
  }

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

  /// The first values of a window, followed by the conditional mean of those that it lacks.
  ///
  /// A window's distance is |A (x - μ)|² with A the whitening, of the centered window where windows are
  /// centered; the missing values are those that make it least: A_m' A_m y_m = -A_m' A_k y_k.
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
