package import Compute

/// The optimal denoiser of the baseline's empirical distribution, D(x; σ) = Σ softmax(-|x - x_i|² / 2σ²)
/// x_i, restricted to the nearest rows x_i.
///
/// This is the exact minimum of the denoising loss over all functions (Karras et al. 2022, appendix
/// B.3); rows further away than the given neighbours have negligible weight.
package struct EmpiricalDenoiser: Sendable {
  /// The baseline rows x_i, `[exemplars, features]`.
  package let exemplars: PaddedRows
  /// Standard deviation of the noise in encoded units.
  package let sigma: Float

  /// * `level`: relative levels refer to exemplars of deviation 1.
  package init(_ exemplars: PaddedRows, at level: NoiseLevel) {
    (self.exemplars, sigma) = (exemplars, level.sigma(deviation: 1))
  }

  /// D(x; σ), `[batch, features]`, and |x - D|², `[batch]`, in one pass over the neighbours.
  ///
  /// * `neighbors`: the exemplars to sum over for each sample, nearest first, with exact distances.
  package func reconstruct(_ samples: PaddedRows, near neighbors: Neighbors)
    -> (denoised: PaddedRows, errors: [Float])
  {
    let (denoised, errors) = exemplars.weightedMeans(of: samples, neighbors, width: sigma)
    return (denoised, errors)
  }
}
