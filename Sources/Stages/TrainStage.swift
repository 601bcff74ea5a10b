import Calibration
import Files
package import Reporting
package import Stillwater

/// The `train` command: trains a detector on files and writes its model.
package struct TrainStage: Sendable {
  /// CSV files of normal rows; the first determines the columns.
  package var files: [String]
  /// The path of the model to write.
  package var model: String
  package var settings: TrainingSettings
  package var rules = OutputRules()
  /// Whether the training continues from a checkpoint of an interrupted one.
  package var resumption = Resumption.never

  package init(files: [String], model: String, settings: TrainingSettings) {
    (self.files, self.model, self.settings) = (files, model, settings)
  }

  /// Runs the stage: model, rejected rows and summary are written, then the checkpoint is removed.
  ///
  /// Throws `StillwaterError`; a previous model then stays as it was.
  package func run(progress: @escaping ProgressHandler) async throws -> RunSummary {
    do {
      var watch = Stopwatch()
      let output = try StageOutput(path: model, rules: rules, inputs: files)
      progress("learning from \(files.count == 1 ? files[0] : "\(files.count) files")", nil)
      let checkpoints = try output.file.isReplaced ? checkpointPlan() : nil
      let outcome = try await Detector.outcome(
        of: files.map(RowSource.file), settings, checkpoints: checkpoints)
      watch.lap("train")
      let bytes = outcome.detector.encoded()
      try output.file.append(bytes)
      try output.reject(outcome.rejected)
      let summary = summary(outcome, model: sha256(of: bytes), watch)
      try output.commit(summary)
      outcome.removeCheckpoints()
      return summary
    } catch { throw StillwaterError(error) }
  }

  private func checkpointPlan() throws -> CheckpointPlan {
    let path = model + ".checkpoint"
    try OutputFile.refuse(path, among: files)
    return CheckpointPlan(path: path, inputs: files, resumption: resumption)
  }

  private func summary(_ outcome: TrainingOutcome, model hash: String, _ watch: Stopwatch)
    -> RunSummary
  {
    let detector = outcome.detector
    var summary = RunSummary(command: "train", version: stillwaterVersion)
    summary.rowsIn = outcome.rowsIn
    (summary.rowsUsed, summary.rowsLeftOut) = (outcome.rowsUsed, outcome.rowsLeftOut)
    summary.rowsQuarantined = outcome.rejected.count
    summary.missingValues = outcome.missingValues
    summary.describe(detector)
    summary.warnings = outcome.warnings
    summary.inputs = outcome.inputs.map {
      RunSummary.Input(path: $0.path, sha256: $0.sha256, rows: $0.rows)
    }
    (summary.output, summary.modelSha256) = (model, hash)
    (summary.seed, summary.threads) = (settings.seed, settings.threads)
    summary.suspiciousRows = outcome.suspects.map {
      RunSummary.Suspect(file: $0.file, line: $0.line, score: $0.score)
    }
    summary.finalLoss = detector.card.finalLoss
    summary.trainingSteps = detector.card.trainingSteps
    summary.resumedSteps = outcome.resumedSteps
    summary.timings = watch.seconds
    return summary
  }
}

extension RunSummary {
  /// Adds the threshold of a detector and the statement about its false alarms.
  mutating func describe(_ detector: Detector) {
    threshold = detector.threshold
    if let alarms = detector.alarmPromise {
      (alarmRate, promise) = (alarms.alarmRate, alarms.promise)
      (expectedAlarmRate, alarmInterval) = (alarms.expectedAlarmRate, alarms.alarmInterval)
    } else {
      let calibration = detector.calibration.summary
      falseAlarmRate = calibration.rate
      promise = calibration.promise + "; " + calibration.condition
    }
    let named = detector.namedPromises
    if !named.isEmpty { namedAlarms = named }
  }
}
