package import Neural

/// All that the next steps of a training depend on: it goes on from here as if it had never stopped.
package struct TrainingProgress: Sendable, Equatable {
  package var parameters: [Float]
  package var optimizer: AdamW
  package var history = TrainingHistory()
  package var stopping = EarlyStopping()
  /// Steps in a row whose loss or gradient was not finite.
  package var failures = 0

  package init(parameters: [Float], optimizer: AdamW) {
    (self.parameters, self.optimizer) = (parameters, optimizer)
  }

  init(_ network: ResidualNetwork, _ options: TrainingOptions) {
    let parameters = network.initialParameters(seed: options.seed)
    self.init(
      parameters: parameters, optimizer: AdamW(options.optimizer, parameters: parameters))
  }

  func fits(_ network: ResidualNetwork, _ options: TrainingOptions) -> Bool {
    parameters.count == network.parameterCount && optimizer.options == options.optimizer
      && history.steps <= options.steps
  }

  /// After all steps, after three in a row that were not finite, or once the held-out loss rose.
  func isDone(_ options: TrainingOptions) -> Bool {
    history.steps >= options.steps || failures >= 3 || history.stoppedEarly
  }

  /// The averaged parameters, of the best look when stopped early.
  var answer: [Float] {
    (history.stoppedEarly ? stopping.parameters : nil) ?? optimizer.average
  }
}

/// Keeps the progress of trainings on disk, so that one that is cut off can go on.
package protocol TrainingCheckpoints: Sendable {
  /// The training of a network begins; what an earlier run left of it.
  func begin(_ network: String) -> TrainingProgress?
  /// Whether the progress after so many steps is to be kept.
  func isDue(afterStep step: Int) -> Bool
  func keep(_ progress: TrainingProgress, of network: String)
  /// The training of a network is done.
  func end(_ progress: TrainingProgress, of network: String)
}

/// Remembers the best look at the held-out loss and tells when it has risen (Prechelt 1998).
package struct EarlyStopping: Sendable, Equatable {
  package var best: Double?
  /// The averaged parameters of the best look.
  package var parameters: [Float]?
  /// Looks since the best one.
  package var worse = 0

  package init() {}

  /// Takes one more look; true after `patience` looks without improvement.
  mutating func hasRisen(loss: Double, parameters: [Float], patience: Int) -> Bool {
    if loss.isFinite, loss < best ?? .infinity {
      (best, self.parameters, worse) = (loss, parameters, 0)
    } else {
      worse += 1
    }
    return worse >= patience
  }
}
