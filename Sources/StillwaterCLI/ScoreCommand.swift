import ArgumentParser
import Options
import Reporting
import Stages
import Stillwater

/// `stillwater score`: runs a `ScoreStage`; with `--fail-on anomalies` exits with 3 if there are any.
struct ScoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Score the rows of files with a model.",
    discussion: """
      The output has one row for each input row, in the same order: the input's columns byte for byte, \
      then line, score (higher is more abnormal), ratio (above 1 is abnormal), p_value, anomaly (0 or 1), \
      top_columns (the columns to blame with their shares, worst first) and, for series, event (its id). \
      A summary goes to OUTPUT.summary.json.
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup var options: OptionsOf<ScoreStage>
  @OptionGroup var end: OptionsOf<ScoreEnd>
  @OptionGroup var consoleOptions: OptionsOf<ConsoleOptions>

  func run() async throws {
    let console = Console(try consoleOptions.value())
    var stage = try options.value()
    var anomalies = 0
    try await perform(console) {
      console.detail("BLAS kernels: \(productKernels())")
      stage.files = try input.paths()
      let summary = try await stage.run(progress: console.progress)
      anomalies = summary.anomalies ?? 0
      try console.show(
        summary,
        ["scored \(summary.rowsScored ?? 0) rows, flagged \(anomalies); written to \(stage.output)"]
      )
    }
    if try end.value().failOn == .anomalies, anomalies > 0 { throw ExitCode(3) }
  }
}
