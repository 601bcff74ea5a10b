import ArgumentParser
import Ingestion
import Options
import Reporting
import Stages
import Stillwater

/// `stillwater inspect`: prints a description of a CSV file or a model on standard output.
struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what a CSV file or a model looks like to Stillwater.")

  @Argument(help: ArgumentHelp("A CSV file or a model.", valueName: "file|model")) var file: String
  @OptionGroup var options: OptionsOf<CSVDialect>
  @OptionGroup var consoleOptions: OptionsOf<ConsoleOptions>

  func run() async throws {
    let console = Console(try consoleOptions.value())
    let dialect = try options.value()
    try await perform(console) {
      let inspection = try Inspection.of(file, dialect: dialect)
      let bytes = console.options.json ? inspection.json : Array(inspection.text.utf8)
      try printResult(bytes)
    }
  }
}
