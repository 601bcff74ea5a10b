import Compute

/// Turns ln(sigma) into a few smooth features (Tancik et al., 2020, with fixed frequencies).
package struct NoiseEmbedding: Sendable, Equatable, Codable {
  /// Half of the features are sines, half cosines.
  package let features: Int

  package init(features: Int) {
    precondition(features > 0 && features % 2 == 0, "\(features) features is not an even number")
    self.features = features
  }

  /// Frequencies rise from 1/4 to 2 in equal ratios: sigma spans a few units of its logarithm.
  package func callAsFunction(sigma: Float) -> [Float] {
    let half = features / 2
    let position = logarithm(Double(sigma))
    var embedded: [Float] = []
    for index in 0..<half {
      let frequency = 0.25 * power(8, Double(index) / Double(max(1, half - 1)))
      embedded.append(Float(sine(position * frequency)))
      embedded.append(Float(cosine(position * frequency)))
    }
    return embedded
  }
}
