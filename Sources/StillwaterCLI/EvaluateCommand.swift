import ArgumentParser
import Reporting
import Stages
import Stillwater

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Judge scores by labels.",
    discussion: """
      Reads anybody's score file with a label column; with --model it scores the files first. For a series \
      (a model trained with --time, or --time here) VUS-PR is added, over the rows in their order.
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @Option(
    help: ArgumentHelp(
      "The column with 1 for an anomaly and 0 for normal (default: label).", valueName: "column"))
  var label: String?
  @Option(help: ArgumentHelp("The text of an anomaly in the label column.", valueName: "value"))
  var positiveLabel: String?
  @Option(
    help: ArgumentHelp("The column with the scores, higher is more abnormal.", valueName: "column"))
  var score = "score"
  @Option(
    help: ArgumentHelp(
      "The time column of a score file, to judge it as a series.", valueName: "column"))
  var time: String?
  @Option(help: ArgumentHelp("Score the files with this model first.", valueName: "path"))
  var model: String?
  @Option(help: ArgumentHelp("Where the metrics go as JSON.", valueName: "path"))
  var output: String?

  @OptionGroup(title: "CSV") var csv: DialectOptions
  @OptionGroup(title: "Damaged rows") var badRows: BadRowOptions
  @OptionGroup(title: "Run") var runOptions: RunOptions
  @OptionGroup(title: "Console") var consoleOptions: ConsoleOptions

  func validate() throws {
    if model == nil, score.utf8.elementsEqual((label ?? "label").utf8) {
      throw ValidationError("--score and --label name the same column, \(score)")
    }
  }

  func run() async throws {
    let console = Console(consoleOptions)
    try await perform(console) {
      var stage = EvaluateStage(files: try input.paths())
      (stage.model, stage.label, stage.positiveLabel) = (model, label, positiveLabel)
      (stage.score, stage.time, stage.output) = (score, time, output == "-" ? nil : output)
      (stage.dialect, stage.rules) = (csv.dialect, runOptions.rules)
      (stage.options.threads, stage.options.badRows) = (runOptions.threads, badRows.policy)
      let summary = try await stage.run(progress: console.progress)
      try console.show(summary, [])
      if !consoleOptions.json, !consoleOptions.quiet || output == "-" {
        try printResult(Array((summary.metrics?.text ?? "").utf8))
      }
    }
  }
}
