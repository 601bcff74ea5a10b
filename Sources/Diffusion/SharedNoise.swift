package import Compute

/// Noise common to all samples, addressed by seed, level and draw.
///
/// Common random numbers make a row's score independent of the other rows and of its position. Every
/// second draw is the negative of the one before (antithetic variates, Hammersley and Morton 1956).
package struct SharedNoise: Sendable {
  package let features: Int
  package let seed: UInt64

  package init(features: Int, seed: UInt64) { (self.features, self.seed) = (features, seed) }

  /// The standard normal noise e of one draw at one level, `[features]`.
  package func draw(_ draw: Int, level: Int) -> [Float] {
    var noise = [Float](repeating: 0, count: features)
    fillGaussian(&noise, seed: seed &+ 0x5eed, stream: UInt64(level * 1024 + draw / 2))
    return draw % 2 == 0 ? noise : noise.map { -$0 }
  }

  /// x + sigma e for every sample x, `[batch, features]`.
  package func noised(_ samples: Matrix, sigma: Float, level: Int, draw: Int) -> Matrix {
    samples.adding(self.draw(draw, level: level), scale: sigma)
  }
}
