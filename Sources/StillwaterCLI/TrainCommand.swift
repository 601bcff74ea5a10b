import ArgumentParser
import Options
import Reporting
import Stages
import Stillwater

/// `stillwater train`: runs a `TrainStage` and prints threshold and suspicious baseline rows.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Learn normal from CSV files and write a model.",
    discussion: """
      Some of the rows are held back from the network and set the threshold, so that a trained model \
      can always flag. A summary goes to MODEL.summary.json.
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup var options: OptionsOf<TrainStage>
  @OptionGroup var consoleOptions: OptionsOf<ConsoleOptions>

  func run() async throws {
    let console = Console(try consoleOptions.value())
    var stage = try options.value()
    try await perform(console) {
      console.detail("BLAS kernels: \(productKernels())")
      stage.files = try input.paths()
      let summary = try await stage.run(progress: console.progress)
      if let steps = summary.resumedSteps, steps > 0 {
        console.note("took over \(steps) steps of training from a checkpoint")
      }
      try console.show(
        summary,
        [
          "learned from \(summary.rowsUsed ?? 0) rows; model written to \(stage.model)",
          "threshold \(summary.threshold ?? 0): \(summary.promise ?? "")",
        ] + suspects(summary))
    }
  }

  /// A line with the locations of the least normal baseline rows, for the user to check.
  private func suspects(_ summary: RunSummary) -> [String] {
    let rows = (summary.suspiciousRows ?? []).prefix(3).map { "\($0.file):\($0.line)" }
    return rows.isEmpty ? [] : ["least normal in the baseline: " + rows.joined(separator: ", ")]
  }
}
