public import ArgumentParser
import Calibration
import Files
import Foundation
import Ingestion
import Reporting
public import Stillwater

/// Which files a command reads.
struct InputOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "CSV files, folders or patterns; - is standard input. .gz and .zst are known by their contents.",
      valueName: "file"))
  var files: [String] = []

  @Option(
    help: ArgumentHelp("A file with one path a line; - is standard input.", valueName: "list"))
  var filesFrom: String?

  /// All paths, expanded; at least one.
  func paths() throws -> [String] {
    do {
      let listed = try filesFrom.map { try InputPaths.list(from: $0) } ?? []
      let paths = try InputPaths.expand(files + listed)
      guard !paths.isEmpty else { throw StillwaterError(.usage, "no input file is given") }
      return paths
    } catch { throw StillwaterError(error) }
  }
}

/// How CSV files are written.
struct DialectOptions: ParsableArguments {
  @Option(help: "What stands between cells: comma, semicolon, tab or pipe.")
  var delimiter = CSVDialect.Delimiter.comma

  @Option(help: "The decimal sign: point or comma.")
  var decimal = CSVDialect.Decimal.point

  @Option(
    help: ArgumentHelp(
      "A text that means missing, beside the empty cell, NA, N/A, NaN, nan, null and NULL; repeatable.",
      valueName: "token"))
  var nullValue: [String] = []

  @Option(help: "The unit of times that are plain numbers: s, ms, us or ns.")
  var timeUnit: TimeUnit?

  var dialect: CSVDialect {
    CSVDialect(
      delimiter: delimiter, decimal: decimal, nullValues: nullValue, timeUnit: timeUnit)
  }

  func validate() throws {
    if delimiter == .comma, decimal == .comma {
      throw ValidationError(
        "a decimal comma needs another delimiter, such as --delimiter semicolon")
    }
  }
}

/// What is done with damaged rows.
struct BadRowOptions: ParsableArguments {
  @Option(
    help: "What to do with a damaged row: fail (refuse the file) or quarantine (set it aside).")
  var onBadRows = Action.fail

  @Option(help: ArgumentHelp("Refuse a file with more damaged rows than this.", valueName: "n"))
  var maxBadRows: Int?

  enum Action: String, ExpressibleByArgument, CaseIterable { case fail, quarantine }

  var policy: BadRows { onBadRows == .fail ? .fail : .quarantine(maximum: maxBadRows) }

  func validate() throws {
    guard let maxBadRows else { return }
    if maxBadRows < 0 { throw ValidationError("--max-bad-rows must be 0 or more") }
    if onBadRows == .fail {
      throw ValidationError("--max-bad-rows needs --on-bad-rows quarantine")
    }
  }
}

/// How much of the machine is used; the results do not depend on it.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Tasks at work at the same time (default: all processors).", valueName: "n"))
  var threads: Int = environment("THREADS").flatMap { Int($0) } ?? defaultThreads

  @Flag(help: "Refuse to replace an existing output.")
  var noClobber = false

  func validate() throws {
    guard (1...1024).contains(threads) else { throw ValidationError("--threads must be 1 to 1024") }
  }

  var rules: OutputRules {
    var rules = OutputRules()
    rules.existing = noClobber ? .refuse : .replace
    return rules
  }
}

/// A setting from the environment, `STILLWATER_NAME`.
func environment(_ name: String) -> String? {
  ProcessInfo.processInfo.environment["STILLWATER_" + name]
}

/// A share of rows, strictly between 0 and 0.5.
func checkRate(_ rate: Double?) throws {
  guard let rate else { return }
  guard rate >= 1e-9, rate <= 0.5 else {
    throw ValidationError("--false-alarm-rate must be 1e-9 to 0.5, got \(rate)")
  }
}

extension CSVDialect.Delimiter: ExpressibleByArgument {}
extension CSVDialect.Decimal: ExpressibleByArgument {}
extension TimeUnit: ExpressibleByArgument {}
extension Quality: ExpressibleByArgument {}
extension CalibrationMethod: ExpressibleByArgument {}
extension KeptColumns: ExpressibleByArgument {}
extension ScoreFormat: ExpressibleByArgument {}

/// A number of bytes, with K, M or G for powers of 1024.
struct MemorySize: ExpressibleByArgument {
  let bytes: Int

  init?(argument: String) {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = argument.last.flatMap { units[$0] }
    guard let number = Int(unit == nil ? argument : String(argument.dropLast())) else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
    guard !overflow, bytes >= 1 << 20 else { return nil }
    self.bytes = bytes
  }
}
