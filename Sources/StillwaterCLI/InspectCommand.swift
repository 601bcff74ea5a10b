import ArgumentParser
import Reporting
import Stages
import Stillwater

struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what a CSV file or a model looks like to Stillwater.")

  @Argument(help: ArgumentHelp("A CSV file or a model.", valueName: "file|model")) var file: String
  @OptionGroup(title: "CSV") var csv: DialectOptions
  @OptionGroup(title: "Console") var consoleOptions: ConsoleOptions

  func run() async throws {
    let console = Console(consoleOptions)
    try await perform(console) {
      let inspection = try Inspection.of(file, dialect: csv.dialect)
      let bytes = consoleOptions.json ? inspection.json : Array(inspection.text.utf8)
      try printResult(bytes)
    }
  }
}
