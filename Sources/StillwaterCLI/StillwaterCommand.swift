import ArgumentParser
import Stillwater

@main
struct StillwaterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stillwater",
    abstract: "Learns what normal rows of CSV files look like, and finds the others.",
    discussion: """
      Train on normal rows, then score any file with the same columns:

        stillwater train data/payments/baseline.csv --model payments.stillwater
        stillwater score data/payments/test.csv --model payments.stillwater --output scores.csv

      Exit codes: 0 done; 3 anomalies were found and --fail-on anomalies was given; 64 usage; \
      65 bad input or model; 66 input missing; 71 over a limit; 73 output cannot be created; \
      74 reading or writing failed; 75 output is busy; 78 bad pipeline; 130, 143, 129 interrupted.
      """,
    version: "stillwater \(stillwaterVersion)",
    subcommands: [
      InspectCommand.self, TrainCommand.self, CalibrateCommand.self, ScoreCommand.self,
      EvaluateCommand.self, RunCommand.self,
    ])

  static func main() async {
    prepareProcess()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch { exit(withError: error) }
  }
}
