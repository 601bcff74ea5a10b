import ArgumentParser
import Files
import Foundation
import Stillwater

/// The command line: dispatches to the subcommands and maps errors to exit codes.
@main
struct StillwaterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stillwater",
    abstract: "Learns what normal rows of CSV files look like, and finds the others.",
    discussion: """
      Train on normal rows, then score any file with the same columns:

        stillwater train data/payments/baseline.csv --model payments.stillwater
        stillwater score data/payments/test.csv --model payments.stillwater --output scores.csv

      Every option can be set by the environment too: --false-alarm-rate as STILLWATER_FALSE_ALARM_RATE. \
      A flag comes first, then the environment, then a pipeline, then the default.

      Exit codes: 0 done; 3 anomalies were found and --fail-on anomalies was given; 64 usage; \
      65 bad input or model; 66 input missing; 71 over a limit; 73 output cannot be created; \
      74 reading or writing failed; 75 output is busy; 78 bad pipeline; 130, 143, 129 interrupted.
      """,
    version: "stillwater \(stillwaterVersion)",
    subcommands: [
      InspectCommand.self, TrainCommand.self, CalibrateCommand.self, ScoreCommand.self,
      RepairCommand.self, EvaluateCommand.self, RunCommand.self,
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
    } catch { end(with: error) }
  }

  /// Exits like `exit(withError:)`, but makes control characters in quoted arguments visible.
  private static func end(with error: any Error) -> Never {
    let message = fullMessage(for: error)
    guard exitCode(for: error) == .validationFailure, !message.isEmpty else {
      exit(withError: error)
    }
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.map { printable(String($0)) + "\n" }.joined()
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    exit(withError: ExitCode.validationFailure)
  }
}
