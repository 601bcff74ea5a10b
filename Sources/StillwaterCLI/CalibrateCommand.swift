import ArgumentParser
import Calibration
import Reporting
import Stages
import Stillwater

struct CalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate", abstract: "Set a model's threshold anew, without training.",
    discussion: """
      Give normal rows that the model was not trained on, or labelled rows with --label. Without --output \
      the model file is replaced.
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @Option(help: ArgumentHelp("The model file.", valueName: "path")) var model: String
  @Option(help: ArgumentHelp("Where the model goes.", valueName: "path")) var output: String?
  @Option(help: "How the threshold is set: conformal, quantile, evt or best-f1 (needs labels).")
  var method = CalibrationMethod.conformal
  @Option(help: ArgumentHelp("Share of normal rows that may be flagged.", valueName: "rate"))
  var falseAlarmRate = 0.01
  @Option(help: ArgumentHelp("Set this threshold; then no files are needed.", valueName: "score"))
  var threshold: Float?
  @Option(
    help: ArgumentHelp("The column with 1 for an anomaly and 0 for normal.", valueName: "column"))
  var label: String?
  @Option(help: ArgumentHelp("The text of an anomaly in the label column.", valueName: "value"))
  var positiveLabel: String?

  @OptionGroup(title: "Damaged rows") var badRows: BadRowOptions
  @OptionGroup(title: "Run") var runOptions: RunOptions
  @OptionGroup(title: "Console") var consoleOptions: ConsoleOptions

  func validate() throws {
    try checkRate(falseAlarmRate)
    if let threshold, !threshold.isFinite {
      throw ValidationError("--threshold must be a finite number")
    }
    if method == .fixed, threshold == nil {
      throw ValidationError("--method fixed needs --threshold")
    }
  }

  func run() async throws {
    let console = Console(consoleOptions)
    try await perform(console) {
      var stage = CalibrateStage(files: threshold == nil ? try input.paths() : [], model: model)
      (stage.output, stage.method, stage.falseAlarmRate) = (output, method, falseAlarmRate)
      (stage.threshold, stage.label, stage.positiveLabel) = (threshold, label, positiveLabel)
      (stage.options.threads, stage.rules) = (runOptions.threads, runOptions.rules)
      stage.options.badRows = badRows.policy
      let summary = try await stage.run(progress: console.progress)
      try console.show(
        summary,
        [
          "threshold \(summary.threshold ?? 0): \(summary.promise ?? "")",
          "model written to \(output ?? model)",
        ])
    }
  }
}
