import Compute
package import Diffusion

/// How badly a trained denoiser brings a sample back, over a few noise levels: the mean z of the log
/// of the squared reconstruction error.
package struct ReconstructionScore: Sendable {
  package let denoiser: NeuralDenoiser
  package let sigmas: [Float]
  /// Noises per level, the same for every row; every second one is the opposite of the one before.
  package let draws: Int
  /// Addresses the noise.
  package let seed: UInt64
  /// One scale per noise level, from rows the network was not trained on.
  package internal(set) var scales: [LogScale]

  package init(
    denoiser: NeuralDenoiser, sigmas: [Float], draws: Int, seed: UInt64, scales: [LogScale]
  ) {
    precondition(scales.count == sigmas.count, "\(scales.count) scales, \(sigmas.count) levels")
    precondition(draws > 0, "\(draws) noises")
    (self.denoiser, self.sigmas, self.draws) = (denoiser, sigmas, draws)
    (self.seed, self.scales) = (seed, scales)
  }

  /// ln of the error |x - D(x + σ e; σ)|² for each level and row, averaged over the noises e.
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

  /// The mean over the levels of the z of each row.
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
