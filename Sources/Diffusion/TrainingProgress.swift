package import Neural

/// The complete state of a training between two steps: resuming from it changes no bit of the result.
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

  /// Whether this checkpoint belongs to a training of this network with these options.
  func fits(_ network: ResidualNetwork, _ options: TrainingOptions) -> Bool {
    parameters.count == network.parameterCount && optimizer.options == options.optimizer
      && history.steps <= options.steps
  }

  /// Whether training ends: after all steps, three non-finite ones in a row, or early stopping.
  func isDone(_ options: TrainingOptions) -> Bool {
    history.steps >= options.steps || failures >= 3 || history.stoppedEarly
  }

  /// The averaged parameters, those of the best evaluation when stopped early.
  var result: [Float] {
    (history.stoppedEarly ? stopping.parameters : nil) ?? optimizer.average
  }
}

/// Stores the progress of trainings, so that an interrupted one can be resumed.
package protocol TrainingCheckpoints: Sendable {
  /// Called when the training of a network begins; returns the progress an earlier run stored.
  func begin(_ network: String) -> TrainingProgress?
  /// Whether the progress after this step is to be stored.
  func isDue(afterStep step: Int) -> Bool
  /// Stores the progress of a network's training, replacing the previous one.
  func keep(_ progress: TrainingProgress, of network: String)
  /// Called with the final progress when the training of a network ends.
  func end(_ progress: TrainingProgress, of network: String)
}

/// Early stopping on the held-out loss (Prechelt 1998).
package struct EarlyStopping: Sendable, Equatable {
  /// The smallest held-out loss so far; nil before the first evaluation.
  package var best: Double?
  /// The averaged parameters at that evaluation.
  package var parameters: [Float]?
  /// The number of evaluations since then.
  package var worse = 0

  package init() {}

  /// Adds an evaluation; true after `patience` of them without improvement, which NaN never is.
  mutating func hasRisen(loss: Double, parameters: [Float], patience: Int) -> Bool {
    if loss.isFinite, loss < best ?? .infinity {
      (best, self.parameters, worse) = (loss, parameters, 0)
    } else {
      worse += 1
    }
    return worse >= patience
  }
}
