package import Compute
package import Neural

/// A training task: batches of noised samples and their targets, generated anew for each step.
package protocol DenoisingObjective: Sendable {
  /// The network that the batches are made for.
  var shape: NetworkShape { get }

  /// Fills the batch of a step; equal steps give equal batches, -1 is the held-out batch's.
  func fill(_ batch: inout TrainingBatch, step: Int)
}

/// Network inputs, target outputs, and the loss weight of each output.
package struct TrainingBatch: Sendable {
  /// `[batch, inputs]`.
  package var inputs: Matrix
  /// `[batch, outputs]`; weights are 1 unless an objective sets them.
  package var targets, weights: Matrix

  package init(_ shape: NetworkShape, rows: Int) {
    inputs = Matrix(rows: rows, columns: shape.inputs)
    targets = Matrix(rows: rows, columns: shape.outputs)
    weights = Matrix(rows: rows, columns: shape.outputs, repeating: 1)
  }

  /// The contribution of some outputs to the batch's mean loss, and its gradient.
  ///
  /// * `output`: the network outputs of a run of rows.
  /// * `range`: their indices among all outputs of the batch.
  func loss(of output: Matrix, at range: Range<Int>, gradient: inout Matrix) -> Double {
    var slopes = gradient.values.mutableSpan
    return weightedLoss(
      output.values.span, target: targets.values.span.extracting(range),
      weight: weights.values.span.extracting(range), gradient: &slopes,
      scale: 1 / Float(targets.values.count))
  }
}

/// The hyperparameters of a training.
package struct TrainingOptions: Sendable, Equatable, Codable {
  /// The most optimizer steps.
  package var steps = 400
  /// Samples per step.
  package var batch = 128
  /// Steps over which the learning rate rises to its peak.
  package var warmUp = 50
  package var optimizer = AdamW.Options()
  /// The dropout rate: the probability of an activation to be zeroed, 0..<1.
  package var dropout: Float = 0
  /// Steps between held-out evaluations.
  package var evaluationInterval = 50
  /// Evaluations without improvement after which training stops early.
  package var patience = 4
  /// Determines initial parameters, batches, noise and dropout.
  package var seed: UInt64 = 0

  package init() {}

  /// Tuned for the denoiser of table rows.
  package static var rows: TrainingOptions {
    var options = TrainingOptions()
    options.optimizer.learningRate = 5e-3
    return options
  }

  /// Tuned for the noise level estimator.
  package static var noiseLevels: TrainingOptions {
    var options = TrainingOptions()
    (options.steps, options.batch) = (800, 256)
    options.optimizer.weightDecay = 1e-2
    options.patience = 100
    return options
  }

  /// Tuned for the windows of a series.
  package static var windows: TrainingOptions {
    var options = TrainingOptions()
    options.batch = 64
    options.optimizer.weightDecay = 1e-2
    options.optimizer.clipNorm = 5
    options.optimizer.averaging = 0.99
    options.evaluationInterval = 200
    options.patience = 100
    return options
  }
}

/// A trained network: its averaged parameters and the history of its training.
package struct TrainedNetwork: Sendable {
  package let network: ResidualNetwork
  package let parameters: [Float]
  package var history: TrainingHistory

  package init(network: ResidualNetwork, parameters: [Float], history: TrainingHistory) {
    precondition(
      parameters.count == network.parameterCount,
      "\(parameters.count) parameters for a network of \(network.parameterCount)")
    (self.network, self.parameters, self.history) = (network, parameters, history)
  }

  /// The multiplications per row of a forward pass, biases and normalizations not counted.
  package var rowCost: Double {
    let shape = network.shape
    return Double(
      (shape.inputs + shape.outputs) * shape.width + 2 * shape.blocks * shape.width * shape.width)
  }

  /// The network's output F(x), `[batch, outputs]`, for inputs `[batch, inputs]`.
  package func callAsFunction(_ x: Matrix) -> Matrix {
    var workspace = ResidualNetwork.Workspace(network.shape, batch: x.rows)
    network.forward(parameters, x, &workspace)
    return workspace.output
  }
}

/// Statistics of a training, for the summary and the model card.
package struct TrainingHistory: Sendable, Equatable, Codable {
  /// The moving average of the loss and the best held-out loss, in network units (about 1 untrained).
  package var finalLoss, heldOutLoss: Double?
  /// Steps taken, skipped ones included.
  package var steps = 0
  /// Steps skipped because loss or gradient was not finite.
  package var skipped = 0
  package var stoppedEarly = false

  package init() {}
}

/// Trains networks by denoising score matching (Vincent 2011) with AdamW and early stopping.
package struct Trainer: Sendable {
  package let options: TrainingOptions
  /// The network's name in checkpoints, unique within one detector.
  private let name: String
  /// The most threads per step; the trained network does not depend on it.
  private let threads: Int
  private let checkpoints: (any TrainingCheckpoints)?

  package init(
    _ options: TrainingOptions, name: String = "network", threads: Int = .max,
    checkpoints: (any TrainingCheckpoints)? = nil
  ) {
    (self.options, self.name, self.threads) = (options, name, threads)
    self.checkpoints = checkpoints
  }

  /// Trains a network from scratch or from a checkpoint of an interrupted training.
  ///
  /// - Parameters:
  ///   - objective: batches of the rows to learn from.
  ///   - heldOut: batches of normal rows kept apart; training stops early when their loss rises.
  /// - Returns: the averaged parameters, those of the best evaluation when stopped early.
  package func train(_ objective: some DenoisingObjective, heldOut: (some DenoisingObjective)?)
    -> TrainedNetwork
  {
    let network = ResidualNetwork(objective.shape)
    let kept = checkpoints?.begin(name).flatMap { $0.fits(network, options) ? $0 : nil }
    var state = TrainingState(
      network, options, from: kept ?? TrainingProgress(network, options), threads: threads)
    let heldOutLoss = heldOut.map { HeldOutLoss($0, batch: options.batch) }
    while !state.progress.isDone(options) {
      objective.fill(&state.batch, step: state.progress.history.steps)
      state.advance()
      if let heldOutLoss { evaluate(heldOutLoss, network, &state.progress) }
      if checkpoints?.isDue(afterStep: state.progress.history.steps) == true {
        checkpoints?.keep(state.progress, of: name)
      }
    }
    checkpoints?.end(state.progress, of: name)
    return TrainedNetwork(
      network: network, parameters: state.progress.result, history: state.progress.history)
  }

  /// Held-out evaluation, every `evaluationInterval` steps and after the last.
  private func evaluate(
    _ heldOut: HeldOutLoss, _ network: ResidualNetwork, _ progress: inout TrainingProgress
  ) {
    let steps = progress.history.steps
    guard steps == options.steps || steps % options.evaluationInterval == 0 else { return }
    let average = progress.optimizer.average
    let hasRisen = progress.stopping.hasRisen(
      loss: heldOut.loss(network, average), parameters: average, patience: options.patience)
    progress.history.heldOutLoss = progress.stopping.best
    progress.history.stoppedEarly = hasRisen && steps < options.steps
  }
}

/// The loss on one fixed batch of held-out samples, twice the size of a training batch.
private struct HeldOutLoss {
  private var batch: TrainingBatch

  init(_ objective: some DenoisingObjective, batch rows: Int) {
    batch = TrainingBatch(objective.shape, rows: 2 * rows)
    objective.fill(&batch, step: -1)
  }

  func loss(_ network: ResidualNetwork, _ parameters: [Float]) -> Double {
    var workspace = ResidualNetwork.Workspace(network.shape, batch: batch.inputs.rows)
    network.forward(parameters, batch.inputs, &workspace)
    var unused = batch.targets
    return batch.loss(
      of: workspace.output, at: batch.targets.values.indices, gradient: &unused)
  }
}
