package import Calibration
import Files
import Ingestion
package import Reporting
package import Stillwater

/// Sets a model's threshold anew.
package struct CalibrateStage: Sendable {
  package var files: [String]
  package var model: String
  /// Where the model goes; the same file when nil.
  package var output: String?
  package var method = CalibrationMethod.conformal { didSet { countsRows = true } }
  package var falseAlarmRate = 0.01 { didSet { countsRows = true } }
  /// The false alarms of a series; nil for those that the model has.
  package var alarms: AlarmPlan?
  /// Whether a series is to go by its rows, whatever the model did.
  private var countsRows = false
  /// A threshold given by the user; then no files are needed.
  package var threshold: Float?
  package var label: String?
  package var positiveLabel: String?
  package var options = ScoringOptions()
  package var rules = OutputRules()

  package init(files: [String], model: String) { (self.files, self.model) = (files, model) }

  /// Whether the threshold comes from rows that the model does not hold.
  package var needsFiles: Bool { threshold == nil && alarms == nil }

  package func run(progress: @escaping ProgressHandler) async throws -> RunSummary {
    do {
      var watch = Stopwatch()
      let target = output ?? model
      var detector = try Detector(contentsOf: model).reading(label: label, positive: positiveLabel)
      let written = try StageOutput(path: target, rules: rules, inputs: files)
      progress("calibrating", nil)
      var judged: [Detector.Judged] = []
      let sources = files.map(RowSource.file)
      if let threshold {
        try detector.flag(above: threshold)
      } else if alarms != nil || (detector.alarmPromise != nil && !countsRows) {
        if !files.isEmpty { judged = try await detector.calibrateAlarms(on: sources, options) }
        try detector.flag(alarms ?? AlarmPlan())
      } else {
        judged = try await detector.calibrate(
          on: sources, method: method, rate: falseAlarmRate, options)
      }
      let bytes = detector.encoded()
      try written.file.append(bytes)
      try written.reject(judged.flatMap(\.rejected))
      watch.lap("calibrate")
      var summary = RunSummary(command: "calibrate", version: stillwaterVersion)
      for (path, one) in zip(files, judged) {
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
