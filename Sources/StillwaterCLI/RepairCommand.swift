import ArgumentParser
import Options
import Reporting
import Stages
import Stillwater

struct RepairCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair", abstract: "Replace what is abnormal in series by what was expected.",
    discussion: """
      The output is the input, byte for byte, but for the cells of events; they hold what the rows around \
      them let expect. A change of level that lasts is kept, only its transition is repaired. \
      OUTPUT.changes.csv lists each cell: file, line, column, found, put, event. A summary goes to \
      OUTPUT.summary.json.
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup var options: OptionsOf<RepairStage>
  @OptionGroup var consoleOptions: OptionsOf<ConsoleOptions>

  func run() async throws {
    let console = Console(try consoleOptions.value())
    var stage = try options.value()
    try await perform(console) {
      stage.files = try input.paths()
      let summary = try await stage.run(progress: console.progress)
      try console.show(
        summary,
        [
          "replaced \(summary.cellsChanged ?? 0) cells in \(summary.events ?? 0) events; written to "
            + stage.output
        ])
    }
  }
}
