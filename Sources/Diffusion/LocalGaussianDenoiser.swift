package import Compute

/// The optimal denoiser of a local Gaussian, D(x; σ) = x - σ² Q (x - mean) with Q = (C + σ² I)^-1.
///
/// Mean and covariance C are those of the baseline rows nearest to each sample, so the Gaussian follows
/// the local tangent of the data.
package struct LocalGaussianDenoiser: Sendable {
  /// The baseline rows, `[exemplars, features]`.
  package let exemplars: PaddedRows
  /// The number of neighbours each Gaussian is fitted to.
  package let count: Int
  /// Standard deviation of the noise in encoded units.
  package let sigma: Float

  /// * `level`: relative levels refer to exemplars of deviation 1.
  package init(_ exemplars: PaddedRows, count: Int, at level: NoiseLevel) {
    (self.exemplars, self.count) = (exemplars, count)
    sigma = level.sigma(deviation: 1)
  }

  /// The whitened reconstruction errors of samples, for which D itself need not be computed.
  ///
  /// * `neighbors`: exemplars for each sample, nearest first; those beyond `count` are ignored.
  /// * `details`: whether D and the attribution to features will be asked for.
  package func reconstruct(_ samples: PaddedRows, near neighbors: Neighbors, details: Bool)
    -> Reconstruction
  {
    let gaussian = exemplars.gaussianDistances(
      of: samples, neighbors, count: min(count, neighbors.count), ridge: sigma, details: details)
    return Reconstruction(
      errors: gaussian.squares, pull: gaussian.solved, precision: gaussian.precision, sigma: sigma)
  }

  /// The reconstruction of a batch of samples.
  package struct Reconstruction: Sendable {
    /// |Q^(-1/2) (x - D)|² / σ⁴ = (x - mean)' Q (x - mean), `[batch]`: squared errors in units of their
    /// standard deviations under the local Gaussian.
    package let errors: [Float]
    /// (x - D) / σ² = Q (x - mean), `[batch, features]`; empty without details.
    let pull: Matrix
    /// The diagonal of Q, `[batch, features]`; empty without details.
    let precision: Matrix
    let sigma: Float

    /// D(x; σ) of the samples, `[batch, features]`.
    package func denoised(_ samples: Matrix) -> Matrix {
      var denoised = samples
      for index in denoised.values.indices {
        denoised.values[index] -= sigma * sigma * pull.values[index]
      }
      return denoised
    }

    /// Each feature's conditional mean given all others and its contribution, both `[batch, features]`.
    ///
    /// With r = x - mean the conditional mean is x - (Q r)_j / Q_jj, and the contribution (Q r)_j² / Q_jj
    /// is the decrease of the error when the feature is replaced by it.
    package func attribution(_ samples: Matrix) -> (contributions: Matrix, expected: Matrix) {
      var (contributions, expected) = (samples, samples)
      for index in samples.values.indices {
        let (pull, precision) = (pull.values[index], max(precision.values[index], 1e-9))
        contributions.values[index] = pull * pull / precision
        expected.values[index] -= pull / precision
      }
      return (contributions, expected)
    }
  }
}
