import Compute

/// D(x; σ) = cSkip · x + cOut · F(cIn · x; cNoise).
///
/// Karras et al., 2022, table 1, last column.
package struct Preconditioning: Sendable {
  package let cSkip, cOut, cIn, cNoise: Float

  /// - Parameters:
  ///   - sigma: noise level, above 0, in encoded units.
  ///   - sigmaData: standard deviation of the clean features, in encoded units.
  package init(sigma: Float, sigmaData: Float) {
    precondition(sigma > 0, "sigma must be above 0, got \(sigma)")
    let total = sigma * sigma + sigmaData * sigmaData
    (cSkip, cOut) = (sigmaData * sigmaData / total, sigma * sigmaData / total.squareRoot())
    (cIn, cNoise) = (1 / total.squareRoot(), Float(logarithm(Double(sigma))) / 4)
  }
}
