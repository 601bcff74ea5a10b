import Compute

/// Embeds ln(sigma) in a few smooth features (Tancik et al., 2020, with fixed frequencies).
package struct NoiseEmbedding: Sendable, Equatable, Codable {
  /// The number of features, half of them sines, half cosines.
  package let features: Int

  package init(features: Int) {
    precondition(features > 0 && features % 2 == 0, "\(features) features is not an even number")
    self.features = features
  }

  /// The features of a noise level above 0, each -1...1: sine and cosine of each frequency in turn.
  ///
  /// Frequencies rise from 1/4 to 2 in equal ratios, since ln sigma spans only a few units.
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
