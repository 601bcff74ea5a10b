package import Compute

/// An estimate of the clean sample: D(x; σ) = E[x0 | x0 + σ e = x], fitted to normal rows only.
package protocol Denoiser: Sendable {
  /// Features of a sample.
  var features: Int { get }

  /// The clean samples expected behind the noised ones; each row depends on itself alone.
  ///
  /// - Parameters:
  ///   - noised: `[batch, features]`, encoded units.
  ///   - sigma: the noise level of all rows, above 0.
  /// - Returns: `[batch, features]`.
  func denoise(_ noised: Matrix, sigma: Float) -> Matrix
}

/// The data as one Gaussian: along principal axis j with variance l, D = mean + l / (l + σ²) (x -
/// mean) (Wiener 1949).
///
/// Exact for linear structure.
package struct WienerDenoiser: Denoiser, Equatable {
  package let mean: [Float]
  /// Variances along the axes, `[features]`.
  package let variances: [Float]
  /// One axis per row, `[features, features]`.
  package let axes: Matrix

  package var features: Int { mean.count }

  package init(mean: [Float], variances: [Float], axes: Matrix) {
    (self.mean, self.variances, self.axes) = (mean, variances, axes)
  }

  /// The mean and the principal axes of `samples`, `[samples, features]`.
  package static func fit(to samples: Matrix) -> WienerDenoiser {
    let mean = samples.columnMeans()
    let eigen = SymmetricEigen(of: samples.covariance(around: mean))
    return WienerDenoiser(
      mean: mean, variances: eigen.values.map { Float(max(0, $0)) }, axes: eigen.vectors.single)
  }

  package func denoise(_ noised: Matrix, sigma: Float) -> Matrix {
    precondition(sigma > 0, "sigma must be above 0, got \(sigma)")
    let centered = noised.adding(mean, scale: -1)
    var scores = Matrix(rows: noised.rows, columns: features)
    multiply(centered, axes, into: &scores, transposed: .right)
    let shrinkage = variances.map { $0 / ($0 + sigma * sigma) }
    for row in 0..<scores.rows {
      for (axis, factor) in shrinkage.enumerated() {
        scores.values[row * features + axis] *= factor
      }
    }
    var denoised = Matrix(rows: noised.rows, columns: features)
    multiply(scores, axes, into: &denoised)
    return denoised.adding(mean)
  }
}

/// The exact optimum of the training loss on the training set, over the nearest baseline rows:
/// D(x; σ) = Σ softmax(-|x - x_i|² / 2σ²) x_i.
package struct EmpiricalDenoiser: Denoiser {
  package let exemplars: NearestRows
  /// Neighbours that take part.
  package let count: Int

  package var features: Int { exemplars.rows.columns }

  package init(_ exemplars: NearestRows, count: Int = 64) {
    (self.exemplars, self.count) = (exemplars, min(count, exemplars.rows.count))
  }

  package func denoise(_ noised: Matrix, sigma: Float) -> Matrix {
    let queries = PaddedRows(noised)
    let neighbors = exemplars.rows.nearestFirst(
      exemplars.neighbors(of: noised, count: count), to: queries)
    return exemplars.rows.empiricalDenoise(queries, neighbors, sigma: sigma).denoised.matrix
  }
}

/// Wiener's estimate with the mean and covariance of the nearest baseline rows.
package struct LocalGaussianDenoiser: Denoiser {
  package let exemplars: NearestRows
  /// Neighbours in each Gaussian.
  package let count: Int

  package var features: Int { exemplars.rows.columns }

  package init(_ exemplars: NearestRows, count: Int = 16) {
    (self.exemplars, self.count) = (exemplars, min(count, exemplars.rows.count))
  }

  /// D = x - σ² (C + σ² I)^-1 (x - mean).
  package func denoise(_ noised: Matrix, sigma: Float) -> Matrix {
    let neighbors = exemplars.neighbors(of: noised, count: count)
    let fit = exemplars.rows.localGaussian(
      PaddedRows(noised), neighbors, count: count, sigma: sigma, details: true)
    var denoised = noised
    for index in denoised.values.indices {
      denoised.values[index] -= sigma * sigma * fit.solved.values[index]
    }
    return denoised
  }
}
