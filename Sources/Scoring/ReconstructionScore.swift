import Compute
package import Diffusion

/// The score component of the trained denoiser: the standardized log of its squared reconstruction
/// error, averaged over noise levels.
package struct ReconstructionScore: Sendable {
  package let denoiser: NeuralDenoiser
  /// The noise levels, in encoded units.
  package let sigmas: [Float]
  /// Noise draws per level, the same for every row; see `SharedNoise`.
  package let draws: Int
  /// The seed that addresses the noise.
  package let seed: UInt64
  /// For each noise level the distribution over rows the network was not trained on.
  package internal(set) var scales: [LogScale]

  package init(
    denoiser: NeuralDenoiser, sigmas: [Float], draws: Int, seed: UInt64, scales: [LogScale]
  ) {
    precondition(scales.count == sigmas.count, "\(scales.count) scales, \(sigmas.count) levels")
    precondition(draws > 0, "\(draws) noises")
    (self.denoiser, self.sigmas, self.draws) = (denoiser, sigmas, draws)
    (self.seed, self.scales) = (seed, scales)
  }

  /// The logarithm of |x - D(x + σ e; σ)|², averaged over the draws e, `[levels][rows]`.
  func logarithms(of samples: Matrix) -> [[Float]] {
    let noise = SharedNoise(features: denoiser.features, seed: seed)
    return sigmas.indices.map { level in
      var total = [Float](repeating: 0, count: samples.rows)
      for draw in 0..<draws {
        let noised = noise.noised(samples, sigma: sigmas[level], level: level, draw: draw)
        let errors = denoiser.errors(of: samples, noised: noised, sigma: sigmas[level])
        for row in total.indices { total[row] += errors[row] }
      }
      return total.map { logResidual($0 / Float(draws)) }
    }
  }

  /// The mean over the levels of the standardized logarithms, `[rows]`.
  func scores(_ logarithms: [[Float]]) -> [Float] {
    guard let rows = logarithms.first?.count else { return [] }
    return (0..<rows).map { row in
      var total: Float = 0
      for (scale, level) in zip(scales, logarithms) { total += scale.z(level[row]) }
      return total / Float(scales.count)
    }
  }

  /// Fits the scales to rows the network was not trained on.
  mutating func calibrate(_ logarithms: [[Float]]) {
    scales = logarithms.map { LogScale.fit(to: $0) }
  }
}
