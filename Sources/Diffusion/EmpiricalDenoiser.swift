package import Compute

/// The exact optimum of the training loss on the baseline rows, cut to the nearest of them:
/// D(x; σ) = Σ softmax(-|x - x_i|² / 2σ²) x_i.
package struct EmpiricalDenoiser: Sendable {
  package let exemplars: PaddedRows
  /// Standard deviation of the noise in encoded units.
  package let sigma: Float

  /// * `level`: for exemplars of deviation 1.
  package init(_ exemplars: PaddedRows, at level: NoiseLevel) {
    (self.exemplars, sigma) = (exemplars, level.sigma(deviation: 1))
  }

  /// D(x; σ), `[batch, features]`, and |x - D|², `[batch]`, in one pass over the neighbours.
  ///
  /// * `neighbors`: the exemplars that take part for each sample, nearest first.
  package func reconstruct(_ samples: PaddedRows, near neighbors: Neighbors)
    -> (denoised: PaddedRows, errors: [Float])
  {
    let (denoised, errors) = exemplars.weightedMeans(of: samples, neighbors, width: sigma)
    return (denoised, errors)
  }
}
