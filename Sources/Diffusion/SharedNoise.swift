package import Compute

/// Noise that all samples share, so that the score of one depends on no other: addressed by seed,
/// level and draw.
///
/// Every second draw is the opposite of the one before (antithetic; Hammersley and Morton 1956).
package struct SharedNoise: Sendable {
  package let features: Int
  package let seed: UInt64

  package init(features: Int, seed: UInt64) { (self.features, self.seed) = (features, seed) }

  /// Standard normal numbers, `[features]`.
  package func draw(_ draw: Int, level: Int) -> [Float] {
    var noise = [Float](repeating: 0, count: features)
    fillGaussian(&noise, seed: seed &+ 0x5eed, stream: UInt64(level * 1024 + draw / 2))
    return draw % 2 == 0 ? noise : noise.map { -$0 }
  }

  /// x + sigma e: samples under one draw of noise, `[batch, features]`.
  package func noised(_ samples: Matrix, sigma: Float, level: Int, draw: Int) -> Matrix {
    samples.adding(self.draw(draw, level: level), scale: sigma)
  }
}
