package import Compute
package import Neural

/// A trained denoiser of table rows: a residual network with the preconditioning of Karras et al., 2022.
///
/// Its inputs are the noised sample, the posterior mean of the prototypes, and the scaled difference of
/// the two, so it has to learn only what the prototypes miss.
package struct NeuralDenoiser: Sendable {
  package let prototypes: Prototypes
  package let trained: TrainedNetwork
  /// Standard deviation of the clean features, in encoded units.
  static let sigmaData: Float = 1
  /// The noise levels of training, in encoded units: below, D is the identity, above, the mean.
  static let noise = NoiseRange(0.02, 3)
  static let embedding = NoiseEmbedding(features: 16)

  /// The number of features of a sample.
  package var features: Int { prototypes.centers.columns }

  package init(prototypes: Prototypes, trained: TrainedNetwork) {
    (self.prototypes, self.trained) = (prototypes, trained)
  }

  /// The shape of the network for samples with this many features.
  package static func shape(features: Int, width: Int = 128, blocks: Int = 2) -> NetworkShape {
    NetworkShape(
      inputs: 3 * features + embedding.features, outputs: features, width: width, blocks: blocks)
  }

  /// Trains on normal rows by denoising score matching (Vincent 2011), noise levels log-uniform.
  ///
  /// * `samples`: normal rows to learn from, `[samples, features]`.
  /// * `heldOut`: normal rows kept apart for early stopping; may be empty.
  /// * `threads`: the most threads to use; the result does not depend on it.
  package static func fit(
    to samples: Matrix, heldOut: Matrix, options: TrainingOptions,
    shape: NetworkShape? = nil, threads: Int = .max, checkpoints: (any TrainingCheckpoints)? = nil
  ) -> NeuralDenoiser {
    let prototypes = Prototypes.fit(
      to: samples, count: min(1024, max(1, samples.rows / 3)), seed: options.seed)
    let shape = shape ?? Self.shape(features: samples.columns)
    let objective = RowObjective(
      samples: samples, prototypes: prototypes, shape: shape, seed: options.seed)
    let evaluation =
      heldOut.rows == 0
      ? nil
      : RowObjective(
        samples: heldOut, prototypes: prototypes, shape: shape, seed: options.seed)
    let trained = Trainer(options, name: "denoiser", threads: threads, checkpoints: checkpoints)
      .train(objective, heldOut: evaluation)
    return NeuralDenoiser(prototypes: prototypes, trained: trained)
  }

  /// The squared reconstruction errors |x - D(x + σ e; σ)|², `[batch]`.
  ///
  /// * `samples`: x, `[batch, features]`.
  /// * `noised`: x + σ e, `[batch, features]`.
  package func errors(of samples: Matrix, noised: Matrix, sigma: Float) -> [Float] {
    samples.rowSquaredDistances(to: denoise(noised, sigma: sigma))
  }

  /// D(x; σ), the expected clean samples given noised ones, `[batch, features]`.
  ///
  /// Each row's result is independent of the other rows.
  ///
  /// * `sigma`: the noise level of all rows, above 0, in encoded units.
  package func denoise(_ noised: Matrix, sigma: Float) -> Matrix {
    let sigmas = [Float](repeating: sigma, count: noised.rows)
    var inputs = Matrix(rows: noised.rows, columns: trained.network.shape.inputs)
    Self.fill(&inputs, noised, sigmas, prototypes)
    var denoised = trained(inputs)
    let factors = Preconditioning(sigma: sigma, sigmaData: Self.sigmaData)
    for index in denoised.values.indices {
      denoised.values[index] =
        factors.cSkip * noised.values[index] + factors.cOut * denoised.values[index]
    }
    return denoised
  }

  /// Writes `[cIn y, P, (y - P) / sqrt(σ² + v), embedding of σ]` for each noised row y.
  static func fill(
    _ inputs: inout Matrix, _ noised: Matrix, _ sigmas: [Float], _ prototypes: Prototypes
  ) {
    let mean = prototypes.posteriorMean(of: noised, sigmas: sigmas)
    let d = noised.columns
    for row in 0..<noised.rows {
      let sigma = sigmas[row]
      let cIn = Preconditioning(sigma: sigma, sigmaData: sigmaData).cIn
      let scale = 1 / (sigma * sigma + prototypes.variance).squareRoot()
      let target = row * inputs.columns
      for column in 0..<d {
        let (y, p) = (noised.values[row * d + column], mean.values[row * d + column])
        inputs.values[target + column] = cIn * y
        inputs.values[target + d + column] = p
        inputs.values[target + 2 * d + column] = (y - p) * scale
      }
    }
    fillEmbedding(&inputs, sigmas, from: 3 * d)
  }

  private static func fillEmbedding(_ inputs: inout Matrix, _ sigmas: [Float], from column: Int) {
    var last: (sigma: Float, embedded: [Float])?
    for (row, sigma) in sigmas.enumerated() {
      let embedded =
        last.flatMap { $0.sigma == sigma ? $0.embedded : nil } ?? embedding(sigma: sigma)
      last = (sigma, embedded)
      for (offset, value) in embedded.enumerated() {
        inputs.values[row * inputs.columns + column + offset] = value
      }
    }
  }
}

/// The training objective: rows drawn with replacement, each noised at its own level.
struct RowObjective: DenoisingObjective {
  let samples: Matrix
  let prototypes: Prototypes
  let shape: NetworkShape
  let seed: UInt64

  /// Noise levels are stratified: a batch of n holds one from each n-th of the range of ln sigma.
  func fill(_ batch: inout TrainingBatch, step: Int) {
    let address = UInt64(truncatingIfNeeded: step)
    var stream = RandomStream(seed: seed &+ 1, stream: address)
    let rows = batch.inputs.rows
    let noise = Matrix.gaussian(
      rows: rows, columns: samples.columns, seed: seed &+ 2, stream: address)
    var sigmas: [Float] = []
    var clean: [Int] = []
    for row in 0..<rows {
      let fraction = (Double(row) + stream.uniform()) / Double(rows)
      sigmas.append(NeuralDenoiser.noise.sigma(at: fraction))
      clean.append(stream.index(below: samples.rows))
    }
    var noised = samples.selecting(rows: clean)
    for row in 0..<rows {
      for index in noised.range(ofRow: row) {
        noised.values[index] += sigmas[row] * noise.values[index]
      }
    }
    NeuralDenoiser.fill(&batch.inputs, noised, sigmas, prototypes)
    fillTargets(&batch.targets, clean: clean, noised: noised, sigmas: sigmas)
  }

  /// The target of the network, F = (x - cSkip y) / cOut, has unit variance at every noise level, so
  /// all levels weigh the same.
  private func fillTargets(
    _ targets: inout Matrix, clean: [Int], noised: Matrix, sigmas: [Float]
  ) {
    let d = samples.columns
    for (row, sample) in clean.enumerated() {
      let factors = Preconditioning(sigma: sigmas[row], sigmaData: NeuralDenoiser.sigmaData)
      for column in 0..<d {
        let (x, y) = (samples.values[sample * d + column], noised.values[row * d + column])
        targets.values[row * d + column] = (x - factors.cSkip * y) / factors.cOut
      }
    }
  }
}
