package import Compute
package import Neural

/// A network that estimates the noise level of a sample, trained to regress ln sigma of noised normal
/// rows.
///
/// A clean row off the manifold of normal rows looks noised: diffusion time estimation (Livernoche et
/// al. 2024). It needs many rows per feature to learn the manifold.
package struct NoiseLevelEstimator: Sendable {
  package let trained: TrainedNetwork
  /// The noise levels that it distinguishes, in encoded units: below, rows are isolated points rather
  /// than a manifold; above, nothing of them is left.
  static let noise = NoiseRange(0.03, 2)

  package init(trained: TrainedNetwork) { self.trained = trained }

  /// The shape of the network for samples with this many features; its one output is the level.
  package static func shape(features: Int, width: Int = 128, blocks: Int = 2) -> NetworkShape {
    NetworkShape(inputs: features, outputs: 1, width: width, blocks: blocks)
  }

  /// Trains on normal rows.
  ///
  /// * `samples`: normal rows to learn from, `[samples, features]`.
  /// * `heldOut`: normal rows kept apart for early stopping; may be empty.
  package static func fit(
    to samples: Matrix, heldOut: Matrix, options: TrainingOptions,
    threads: Int = .max, checkpoints: (any TrainingCheckpoints)? = nil
  ) -> NoiseLevelEstimator {
    let shape = shape(features: samples.columns)
    let evaluation =
      heldOut.rows == 0
      ? nil : NoiseLevelObjective(samples: heldOut, shape: shape, seed: options.seed)
    let objective = NoiseLevelObjective(samples: samples, shape: shape, seed: options.seed)
    let trainer = Trainer(
      options, name: "noise level", threads: threads, checkpoints: checkpoints)
    return NoiseLevelEstimator(trained: trainer.train(objective, heldOut: evaluation))
  }

  /// The estimated noise level of each sample: ln sigma, its range mapped to -2...2, `[samples]`.
  package func levels(of samples: Matrix) -> [Float] { trained(samples).values }
}

/// The training objective: rows drawn with replacement, each noised at its own level, the target.
struct NoiseLevelObjective: DenoisingObjective {
  let samples: Matrix
  let shape: NetworkShape
  let seed: UInt64

  /// Noise levels are stratified: a batch of n holds one from each n-th of the range of ln sigma.
  func fill(_ batch: inout TrainingBatch, step: Int) {
    let address = UInt64(truncatingIfNeeded: step)
    var stream = RandomStream(seed: seed &+ 3, stream: address)
    let (rows, d) = (batch.inputs.rows, samples.columns)
    let noise = Matrix.gaussian(rows: rows, columns: d, seed: seed &+ 4, stream: address)
    for row in 0..<rows {
      let fraction = (Double(row) + stream.uniform()) / Double(rows)
      let sigma = NoiseLevelEstimator.noise.sigma(at: fraction)
      let clean = stream.index(below: samples.rows) * d
      for column in 0..<d {
        batch.inputs.values[row * d + column] =
          samples.values[clean + column] + sigma * noise.values[row * d + column]
      }
      batch.targets.values[row] = Float(4 * fraction - 2)
    }
  }
}
