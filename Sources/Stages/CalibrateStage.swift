package import Calibration
import Files
import Ingestion
package import Reporting
package import Stillwater

/// The `calibrate` command: sets a model's threshold anew, without training.
package struct CalibrateStage: Sendable {
  /// CSV files of rows the model was not trained on; `-` is standard input.
  package var files: [String]
  /// The path of the model to read.
  package var model: String
  /// The path of the model to write; nil replaces `model`.
  package var output: String?
  package var method = CalibrationMethod.conformal { didSet { countsRows = true } }
  /// The fraction of normal rows that may be flagged.
  package var falseAlarmRate = 0.01 { didSet { countsRows = true } }
  /// The false-alarm plan of a series; nil keeps that of the model.
  package var alarms: AlarmPlan?
  /// Whether a series is calibrated by rows instead of alarms, whatever the model used.
  private var countsRows = false
  /// A threshold given by the user, which needs no files.
  package var threshold: Float?
  /// The label column; nil for that of the model.
  package var label: String?
  /// The text that marks an anomaly; nil for 1.
  package var positiveLabel: String?
  package var options = ScoringOptions()
  package var rules = OutputRules()

  package init(files: [String], model: String) { (self.files, self.model) = (files, model) }

  /// Whether calibration needs rows besides those stored in the model.
  package var needsFiles: Bool { threshold == nil && alarms == nil }

  /// Runs the stage and writes model and summary; throws `StillwaterError` and then leaves the old files.
  package func run(progress: @escaping ProgressHandler) async throws -> RunSummary {
    do {
      var watch = Stopwatch()
      let target = output ?? model
      var detector = try Detector(contentsOf: model).reading(label: label, positive: positiveLabel)
      let written = try StageOutput(path: target, rules: rules, inputs: files)
      progress("calibrating", nil)
      var scored: [Detector.LabelledScores] = []
      let sources = files.map(RowSource.file)
      if let threshold {
        try detector.flag(above: threshold)
      } else if alarms != nil || (detector.alarmPromise != nil && !countsRows) {
        if !files.isEmpty { scored = try await detector.calibrateAlarms(on: sources, options) }
        try detector.flag(alarms ?? AlarmPlan())
      } else {
        scored = try await detector.calibrate(
          on: sources, method: method, rate: falseAlarmRate, options)
      }
      let bytes = detector.encoded()
      try written.file.append(bytes)
      try written.reject(scored.flatMap(\.rejected))
      watch.lap("calibrate")
      var summary = RunSummary(command: "calibrate", version: stillwaterVersion)
      for (path, one) in zip(files, scored) {
        summary.add(one.outcome, path: path)
        guard let label, one.labels == nil else { continue }
        summary.warnings.append(
          location(path) + "no column is named \(quoted(label)); all its rows are taken for normal")
      }
      summary.describe(detector)
      summary.warnings += detector.doubts
      (summary.output, summary.modelSha256) = (target, sha256(of: bytes))
      (summary.threads, summary.timings) = (options.threads, watch.seconds)
      try written.commit(summary)
      return summary
    } catch { throw StillwaterError(error) }
  }
}
