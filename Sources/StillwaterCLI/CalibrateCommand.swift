import ArgumentParser
import Options
import Reporting
import Stages
import Stillwater

/// `stillwater calibrate`: runs a `CalibrateStage` and prints the new threshold.
struct CalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate", abstract: "Set a model's threshold anew, without training.",
    discussion: """
      Give normal rows that the model was not trained on, or labelled rows with --label. With --alarms the \
      rows that training left out do as well, and no files are needed. Without --output the model file is \
      replaced.
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup var options: OptionsOf<CalibrateStage>
  @OptionGroup var consoleOptions: OptionsOf<ConsoleOptions>

  func run() async throws {
    let console = Console(try consoleOptions.value())
    var stage = try options.value()
    try await perform(console) {
      stage.files =
        try stage.needsFiles || (stage.threshold == nil && input.hasFiles) ? input.paths() : []
      let summary = try await stage.run(progress: console.progress)
      try console.show(
        summary,
        [
          "threshold \(summary.threshold ?? 0): \(summary.promise ?? "")",
          "model written to \(stage.output ?? stage.model)",
        ])
    }
  }
}
