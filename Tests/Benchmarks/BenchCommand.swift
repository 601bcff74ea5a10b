import ArgumentParser

/// Measures quality and speed: `swift run -c release stillwater-bench quality FOLDER`, `... speed`.
@main
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stillwater-bench", abstract: "Measures Stillwater.",
    subcommands: [
      QualityCommand.self, AblationCommand.self, AttributionCommand.self, CalibrationCommand.self,
      ContaminationCommand.self, EventsCommand.self,
      LargeCommand.self, SpeedCommand.self,
    ])
}
