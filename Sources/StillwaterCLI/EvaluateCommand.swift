import ArgumentParser
import Options
import Reporting
import Stages
import Stillwater

/// `stillwater evaluate`: runs an `EvaluateStage` and prints its metrics on standard output.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Judge scores by labels.",
    discussion: """
      Reads anybody's score file with a label column; with --model it scores the files first. For a series \
      (a model trained with --time, or --time here) VUS-PR is added, over the rows in their order.
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup var options: OptionsOf<EvaluateStage>
  @OptionGroup var consoleOptions: OptionsOf<ConsoleOptions>

  func run() async throws {
    let console = Console(try consoleOptions.value())
    var stage = try options.value()
    try await perform(console) {
      stage.files = try input.paths()
      let isPrinted = stage.output == "-"
      if isPrinted { stage.output = nil }
      let summary = try await stage.run(progress: console.progress)
      try console.show(summary, [])
      if !console.options.json, !console.options.quiet || isPrinted {
        try printResult(Array((summary.metrics?.text ?? "").utf8))
      }
    }
  }
}
