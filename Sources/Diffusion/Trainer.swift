package import Compute
package import Neural

/// What a network is trained on: noised samples made anew for each step.
package protocol DenoisingObjective: Sendable {
  var shape: NetworkShape { get }

  /// Fills the batch of one step; the same step always gives the same batch.
  func fill(_ batch: inout TrainingBatch, step: Int)
}

/// Inputs of the network, what it should answer, and how much each answer counts.
package struct TrainingBatch: Sendable {
  /// `[batch, inputs]`.
  package var inputs: Matrix
  /// `[batch, outputs]`.
  package var targets, weights: Matrix

  package init(_ shape: NetworkShape, rows: Int) {
    inputs = Matrix(rows: rows, columns: shape.inputs)
    targets = Matrix(rows: rows, columns: shape.outputs)
    weights = Matrix(rows: rows, columns: shape.outputs, repeating: 1)
  }

  /// The part of the mean loss that the answers at `places` make, and its gradient.
  func loss(of output: Matrix, at places: Range<Int>, gradient: inout Matrix) -> Double {
    var slopes = gradient.values.mutableSpan
    return weightedLoss(
      output.values.span, target: targets.values.span.extracting(places),
      weight: weights.values.span.extracting(places), gradient: &slopes,
      scale: 1 / Float(targets.values.count))
  }
}

/// How long and how carefully a network is trained.
package struct TrainingOptions: Sendable, Equatable, Codable {
  package var steps = 400
  package var batch = 128
  package var warmUp = 50
  package var optimizer = AdamW.Options()
  /// Share of activations dropped in training, 0..<1.
  package var dropout: Float = 0
  /// Steps between looks at the held-out loss.
  package var evaluationInterval = 50
  /// Looks without improvement before training stops early.
  package var patience = 4
  package var seed: UInt64 = 0

  package init() {}

  /// What suits the rows of a table.
  package static var rows: TrainingOptions {
    var options = TrainingOptions()
    options.optimizer.learningRate = 5e-3
    return options
  }

  /// What suits a network that tells noise levels.
  package static var noiseLevels: TrainingOptions {
    var options = TrainingOptions()
    (options.steps, options.batch) = (800, 256)
    options.optimizer.weightDecay = 1e-2
    options.patience = 100
    return options
  }

  /// What suits the windows of a series.
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

/// A trained network: its averaged parameters and how the training went.
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

  /// Multiplications for one row, biases and norms not counted.
  package var rowCost: Double {
    let shape = network.shape
    return Double(
      (shape.inputs + shape.outputs) * shape.width + 2 * shape.blocks * shape.width * shape.width)
  }

  /// F(x), `[batch, outputs]`.
  package func callAsFunction(_ x: Matrix) -> Matrix {
    var workspace = ResidualNetwork.Workspace(network.shape, batch: x.rows)
    network.forward(parameters, x, &workspace)
    return workspace.output
  }
}

/// What training leaves behind for the summary and the model card.
package struct TrainingHistory: Sendable, Equatable, Codable {
  /// Mean loss of the last steps and of the held-out batch, in network units.
  package var finalLoss, heldOutLoss: Double?
  package var steps = 0
  /// Steps passed over because loss or gradient was not finite.
  package var skipped = 0
  package var stoppedEarly = false

  package init() {}
}

/// Denoising score matching (Vincent 2011) by stochastic gradient descent.
package struct Trainer: Sendable {
  package let options: TrainingOptions
  /// The network's name among those of one training.
  private let name: String
  /// Threads that may work on a step; the trained network does not depend on it.
  private let threads: Int
  private let checkpoints: (any TrainingCheckpoints)?

  package init(
    _ options: TrainingOptions, name: String = "network", threads: Int = .max,
    checkpoints: (any TrainingCheckpoints)? = nil
  ) {
    (self.options, self.name, self.threads) = (options, name, threads)
    self.checkpoints = checkpoints
  }

  /// Trains a network, a fresh one or one whose training was cut off.
  ///
  /// - Parameters:
  ///   - objective: batches from the rows to learn from.
  ///   - heldOut: batches from normal rows kept apart; training stops early when their loss rises.
  /// - Returns: the averaged parameters, of the best look when stopped early.
  package func train(_ objective: some DenoisingObjective, heldOut: (some DenoisingObjective)?)
    -> TrainedNetwork
  {
    let network = ResidualNetwork(objective.shape)
    let kept = checkpoints?.begin(name).flatMap { $0.fits(network, options) ? $0 : nil }
    var state = TrainingState(
      network, options, from: kept ?? TrainingProgress(network, options), threads: threads)
    let judge = heldOut.map { HeldOutLoss($0, batch: options.batch) }
    while !state.progress.isDone(options) {
      objective.fill(&state.batch, step: state.progress.history.steps)
      state.advance()
      if let judge { look(judge, network, &state.progress) }
      if checkpoints?.isDue(afterStep: state.progress.history.steps) == true {
        checkpoints?.keep(state.progress, of: name)
      }
    }
    checkpoints?.end(state.progress, of: name)
    return TrainedNetwork(
      network: network, parameters: state.progress.answer, history: state.progress.history)
  }

  /// Compares the loss on held-out samples with that of earlier looks, every so many steps.
  private func look(
    _ judge: HeldOutLoss, _ network: ResidualNetwork, _ progress: inout TrainingProgress
  ) {
    let steps = progress.history.steps
    guard steps == options.steps || steps % options.evaluationInterval == 0 else { return }
    let average = progress.optimizer.average
    let hasRisen = progress.stopping.hasRisen(
      loss: judge.loss(network, average), parameters: average, patience: options.patience)
    progress.history.heldOutLoss = progress.stopping.best
    progress.history.stoppedEarly = hasRisen && steps < options.steps
  }
}

/// The loss on one fixed batch of held-out samples.
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
