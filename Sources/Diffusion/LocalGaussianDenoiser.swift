package import Compute

/// The Wiener denoiser with the mean and covariance of the nearest baseline rows:
/// D(x; σ) = x - σ² Q (x - mean) with Q = (C + σ² I)^-1.
package struct LocalGaussianDenoiser: Sendable {
  package let exemplars: PaddedRows
  /// Exemplars in each Gaussian.
  package let count: Int
  /// Standard deviation of the noise in encoded units.
  package let sigma: Float

  /// * `level`: for exemplars of deviation 1.
  package init(_ exemplars: PaddedRows, count: Int, at level: NoiseLevel) {
    (self.exemplars, self.count) = (exemplars, count)
    sigma = level.sigma(deviation: 1)
  }

  /// The whitened reconstruction errors of samples, which need not be solved for D itself.
  ///
  /// * `neighbors`: exemplars for each sample, nearest first; more than `count` do not take part.
  /// * `details`: whether D and what is expected of each feature are wanted.
  package func reconstruct(_ samples: PaddedRows, near neighbors: Neighbors, details: Bool)
    -> Reconstruction
  {
    let gaussian = exemplars.gaussianDistances(
      of: samples, neighbors, count: min(count, neighbors.count), ridge: sigma, details: details)
    return Reconstruction(
      errors: gaussian.squares, pull: gaussian.solved, precision: gaussian.precision, sigma: sigma)
  }

  /// How samples come back.
  package struct Reconstruction: Sendable {
    /// |Q^(-1/2) (x - D)|² / σ⁴ = (x - mean)' Q (x - mean): the error in units of what the Gaussian lets
    /// expect of it, `[batch]`.
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

    /// What each feature is expected to be given all others, x - (Q r)_j / Q_jj with r = x - mean, and
    /// its contribution, (Q r)_j² / Q_jj: by so much the error falls when it is replaced by that.
    ///
    /// Both `[batch, features]`.
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
