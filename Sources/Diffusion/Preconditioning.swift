/// The scalings of D(x; σ) = cSkip · x + cOut · F(cIn · x, σ).
///
/// Karras et al. 2022, table 1, last column.
/// They keep the network's inputs and targets at unit variance for every σ; σ itself reaches F
/// through `NoiseEmbedding` instead of the paper's cNoise.
package struct Preconditioning: Sendable {
  package let cSkip, cOut, cIn: Float

  /// - Parameters:
  ///   - sigma: noise level, above 0, in encoded units.
  ///   - sigmaData: standard deviation of the clean features, in encoded units.
  package init(sigma: Float, sigmaData: Float) {
    precondition(sigma > 0, "sigma must be above 0, got \(sigma)")
    let total = sigma * sigma + sigmaData * sigmaData
    (cSkip, cOut) = (sigmaData * sigmaData / total, sigma * sigmaData / total.squareRoot())
    cIn = 1 / total.squareRoot()
  }
}
