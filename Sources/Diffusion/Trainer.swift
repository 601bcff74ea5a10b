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
  /// Threads that may work on a step; the trained network does not depend on it.
  package let threads: Int

  package init(_ options: TrainingOptions, threads: Int = .max) {
    (self.options, self.threads) = (options, threads)
  }

  /// Trains a fresh network.
  ///
  /// - Parameters:
  ///   - objective: batches from the rows to learn from.
  ///   - heldOut: batches from normal rows kept apart; training stops early when their loss rises.
  /// - Returns: the averaged parameters, of the best look when stopped early.
  package func train(_ objective: some DenoisingObjective, heldOut: (some DenoisingObjective)?)
    -> TrainedNetwork
  {
    let network = ResidualNetwork(objective.shape)
    var state = TrainingState(network, options, threads: threads)
    let judge = heldOut.map { HeldOutLoss($0, batch: options.batch) }
    var stop = EarlyStopping(patience: options.patience)
    for step in 0..<options.steps {
      objective.fill(&state.batch, step: step)
      guard state.advance(step: step) else { break }
      let last = step == options.steps - 1
      guard let judge, last || (step + 1) % options.evaluationInterval == 0 else { continue }
      let loss = judge.loss(network, state.optimizer.average)
      if stop.shouldStop(loss: loss, parameters: state.optimizer.average) {
        state.history.stoppedEarly = !last
        break
      }
    }
    state.history.heldOutLoss = stop.best
    return TrainedNetwork(
      network: network,
      parameters: state.history.stoppedEarly
        ? stop.parameters ?? state.optimizer.average : state.optimizer.average,
      history: state.history)
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

/// Remembers the best look at the held-out loss and says when to give up (Prechelt 1998).
struct EarlyStopping {
  let patience: Int
  private(set) var best: Double?
  private(set) var parameters: [Float]?
  private var worse = 0

  init(patience: Int) { self.patience = patience }

  mutating func shouldStop(loss: Double, parameters: [Float]) -> Bool {
    if loss.isFinite, loss < best ?? .infinity {
      (best, self.parameters, worse) = (loss, parameters, 0)
    } else {
      worse += 1
    }
    return worse >= patience
  }
}
