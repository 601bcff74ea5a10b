package import Compute
package import Neural

/// Tells how much noise a sample holds: a network that learns ln sigma from noised normal rows.
///
/// A clean row beside the manifold of the normal ones looks noised. The idea is that of diffusion
/// time estimation (Livernoche et al. 2024); it needs many rows per feature to know the manifold.
package struct NoiseLevelEstimator: Sendable {
  package let trained: TrainedNetwork
  /// The noise levels that it tells apart: below, normal rows are no manifold any more but themselves;
  /// above, nothing but noise.
  static let noise = NoiseRange(0.03, 2)


  package init(trained: TrainedNetwork) { self.trained = trained }

  /// The network for samples of this many features.
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
    let judge =
      heldOut.rows == 0
      ? nil : NoiseLevelObjective(samples: heldOut, shape: shape, seed: options.seed)
    let objective = NoiseLevelObjective(samples: samples, shape: shape, seed: options.seed)
    let trainer = Trainer(
      options, name: "noise level", threads: threads, checkpoints: checkpoints)
    return NoiseLevelEstimator(trained: trainer.train(objective, heldOut: judge))
  }

  /// The noise that each sample seems to hold: ln sigma, mapped from its range to -2...2, `[samples]`.
  package func levels(of samples: Matrix) -> [Float] { trained(samples).values }
}

/// Rows drawn with replacement, each noised at a level of its own, which is to be told.
struct NoiseLevelObjective: DenoisingObjective {
  let samples: Matrix
  let shape: NetworkShape
  let seed: UInt64

  /// The levels are stratified: the batch holds one from each of its equal parts of ln sigma.
  func fill(_ batch: inout TrainingBatch, step: Int) {
    let address = UInt64(truncatingIfNeeded: step)
    var stream = RandomStream(seed: seed &+ 3, stream: address)
    let (rows, d) = (batch.inputs.rows, samples.columns)
    let noise = Matrix.gaussian(rows: rows, columns: d, seed: seed &+ 4, stream: address)
    for row in 0..<rows {
      let share = (Double(row) + stream.uniform()) / Double(rows)
      let sigma = NoiseLevelEstimator.noise.sigma(at: share)
      let clean = stream.index(below: samples.rows) * d
      for column in 0..<d {
        batch.inputs.values[row * d + column] =
          samples.values[clean + column] + sigma * noise.values[row * d + column]
      }
      batch.targets.values[row] = Float(4 * share - 2)
    }
  }
}
