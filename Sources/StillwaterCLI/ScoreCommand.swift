import ArgumentParser
import Reporting
import Stages
import Stillwater

struct ScoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Score the rows of files with a model.",
    discussion: """
      The output has one row for each input row, in the same order: the input's columns byte for byte, \
      then line, score (higher is more abnormal), p_value, anomaly (0 or 1) and top_columns (the columns \
      to blame with their shares, worst first). A summary goes to OUTPUT.summary.json.
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @Option(help: ArgumentHelp("The model file.", valueName: "path")) var model: String
  @Option(help: ArgumentHelp("Where the scores go; - is standard output.", valueName: "path"))
  var output: String

  @Option(help: "Which input columns to keep: all, keys (time, group, identifiers) or none.")
  var keep = KeptColumns.all
  @Flag(help: "Add for each learned column what was expected there.")
  var explain = false
  @Option(help: "The output format: csv or ndjson.")
  var format = ScoreFormat.csv
  @Option(help: ArgumentHelp("Put before the names of the added columns.", valueName: "text"))
  var prefix = ""
  @Option(
    help: ArgumentHelp(
      "Write the events of a series here: neighbouring flagged rows merged.", valueName: "path"))
  var events: String?
  @Option(
    help: ArgumentHelp(
      "Flag scores above this instead of the model's threshold.", valueName: "score"))
  var threshold: Float?
  @Option(help: ArgumentHelp("Flag at this rate instead of the model's.", valueName: "rate"))
  var falseAlarmRate: Double?
  @Option(help: ArgumentHelp("Exit with 3 when there are anomalies.", valueName: "anomalies"))
  var failOn: FailOn?

  @OptionGroup(title: "Damaged rows") var badRows: BadRowOptions
  @OptionGroup(title: "Run") var runOptions: RunOptions
  @OptionGroup(title: "Console") var consoleOptions: ConsoleOptions

  enum FailOn: String, ExpressibleByArgument, CaseIterable { case anomalies }

  func validate() throws {
    try checkRate(falseAlarmRate)
    if let threshold, !threshold.isFinite {
      throw ValidationError("--threshold must be a finite number")
    }
    if threshold != nil, falseAlarmRate != nil {
      throw ValidationError("--threshold and --false-alarm-rate contradict each other")
    }
  }

  func run() async throws {
    let console = Console(consoleOptions)
    var anomalies = 0
    try await perform(console) {
      console.detail("BLAS kernels: \(productKernels())")
      let summary = try await stage().run(progress: console.progress)
      anomalies = summary.anomalies ?? 0
      try console.show(
        summary,
        ["scored \(summary.rowsScored ?? 0) rows, flagged \(anomalies); written to \(output)"])
    }
    if failOn == .anomalies, anomalies > 0 { throw ExitCode(3) }
  }

  private func stage() throws -> ScoreStage {
    var stage = ScoreStage(files: try input.paths(), model: model, output: output)
    stage.options.threads = runOptions.threads
    stage.options.explains = explain
    stage.options.badRows = badRows.policy
    (stage.keep, stage.format, stage.prefix) = (keep, format, prefix)
    (stage.threshold, stage.falseAlarmRate) = (threshold, falseAlarmRate)
    (stage.events, stage.rules) = (events, runOptions.rules)
    return stage
  }
}
