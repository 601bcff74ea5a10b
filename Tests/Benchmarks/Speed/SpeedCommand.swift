import ArgumentParser
import Foundation
import Stillwater

/// The parts of the speed bench, in the order in which they run.
enum SpeedPart: String, CaseIterable, Sendable {
  case training, scoring, reading, scale, startup
}

/// Measures speed in one run, so that the ratios stand whatever else the machine is doing.
struct SpeedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "speed", abstract: "Speed and memory beside the machine's limit and the peers.",
    discussion: """
      The peers need Python packages; from the root of the repository:

        python3 -m venv VENV && VENV/bin/pip install -r Tests/Scripts/peers/requirements.txt
        swift run -c release stillwater-bench speed --peers VENV/bin/python

      Build the program first (swift build -c release); it is looked for beside this one.
      """)

  @Option(help: "Parts to run, separated by commas: training, scoring, reading, scale, startup.")
  var part = SpeedPart.allCases.map(\.rawValue).joined(separator: ",")
  @Option(help: "The Python interpreter that has the peers; without it they are skipped.")
  var peers: String?
  @Option(help: "Size of the file that is read.") var megabytes = 200
  @Option(help: "Rows that are scored from CSV to CSV.") var scoredRows = 100_000
  @Option(help: "Rows of the long file; the short one has a tenth.") var rows = 10_000_000
  @Option(help: "Each figure is the best of this many runs.") var repeats = 3
  @Option(help: "Write the tables here as Markdown.") var output: String?

  func validate() throws {
    for name in part.split(separator: ",") where SpeedPart(rawValue: String(name)) == nil {
      throw ValidationError("there is no part \"\(name)\"")
    }
    guard megabytes > 0, scoredRows > 0, rows >= 10, repeats > 0 else {
      throw ValidationError("--megabytes, --scored-rows, --rows and --repeats must be above 0")
    }
  }

  func run() async throws {
    restartWithRightKernels()
    let bench = try SpeedBench(
      python: peers, megabytes: megabytes, scoredRows: scoredRows, longRows: rows, repeats: repeats)
    defer { bench.removeFiles() }
    var report =
      "# Speed\n\n\(ProcessInfo.processInfo.activeProcessorCount) processors, "
      + "BLAS kernels: \(productKernels()). Each figure is the best of \(repeats) runs; ratios hold "
      + "within one run.\n"
    print(report)
    let names = part.split(separator: ",").map { String($0) }
    for part in SpeedPart.allCases where names.contains(part.rawValue) {
      let text = try await bench.measure(part).text
      print(text)
      report += text
    }
    if let output { try report.write(toFile: output, atomically: true, encoding: .utf8) }
  }
}
