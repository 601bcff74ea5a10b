import ArgumentParser
import Files
import Foundation
import Reporting
import Stillwater
import Synchronization

/// Writes messages, progress and summaries to standard error; standard output is for results only.
///
/// Thread-safe. Everything it prints has passed `printable(_:)`.
final class Console: Sendable {
  let options: ConsoleOptions
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let isColored: Bool
  private let state = Mutex((lastLine: ContinuousClock.now, isLineOpen: false))

  /// The colour of a line's prefix; raw values are ANSI codes (ECMA-48).
  private enum Color: Int { case red = 31, yellow = 33 }

  init(_ options: ConsoleOptions) {
    self.options = options
    let environment = ProcessInfo.processInfo.environment
    let isPlain = options.isPlain || environment["NO_COLOR"]?.isEmpty == false
    isColored = isTerminal && !isPlain && environment["TERM"] != "dumb"
  }

  /// Shows the progress of a stage: on a terminal one line, rewritten at most every 100 ms; otherwise a
  /// new line at most every 30 s.
  func progress(_ activity: String, _ fraction: Double?) {
    guard !options.quiet, options.progress == .auto else { return }
    let activity = printable(activity)
    let percent = fraction.map { " \(Int($0 * 100)) %" } ?? ""
    state.withLock { state in
      let now = ContinuousClock.now
      let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(30)
      guard now - state.lastLine > pause else { return }
      state = (now, isTerminal)
      write(isTerminal ? "\r\u{1b}[K\(activity)\(percent)" : "\(activity)\(percent)\n")
    }
  }

  /// Prints a line, unless quiet; control characters are made visible.
  func note(_ text: String) {
    guard !options.quiet else { return }
    line(printable(text))
  }

  /// Prints a line that starts with `warning:`, unless quiet.
  func warn(_ text: String) {
    guard !options.quiet else { return }
    line(painted("warning:", .yellow) + printable(" " + text))
  }

  /// Prints the reason for a failure, also when quiet, in as many lines as it has.
  func report(_ fault: StillwaterError) {
    let reasons = fault.description.split(separator: "\n", omittingEmptySubsequences: false)
    let text = reasons.map { printable(String($0)) }.joined(separator: "\n")
    write("stillwater: " + painted("error:", .red) + " \(text)\n")
  }

  private func painted(_ text: String, _ color: Color) -> String {
    isColored ? "\u{1b}[\(color.rawValue)m\(text)\u{1b}[0m" : text
  }

  private func line(_ text: String) {
    state.withLock { state in
      write((state.isLineOpen ? "\r\u{1b}[K" : "") + text + "\n")
      state.isLineOpen = false
    }
  }

  /// Prints a line only with `--verbose`.
  func detail(_ text: String) {
    if options.verbose { note(text) }
  }

  /// Prints the end of a run: up to 20 warnings, the given lines, timings if verbose, and with `--json`
  /// the summary on standard output.
  func show(_ summary: RunSummary, _ lines: [String]) throws {
    for warning in summary.warnings.prefix(20) { warn(warning) }
    if summary.warnings.count > 20 { note("and \(summary.warnings.count - 20) more warnings") }
    for line in lines { note(line) }
    for (part, seconds) in summary.timings.sorted(by: { $0.key < $1.key }) {
      detail("\(part): \(seconds) s")
    }
    if options.json { try printResult(summary.json()) }
  }

  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}

/// Writes a result to standard output; throws like any output, for instance on a full disk.
func printResult(_ bytes: [UInt8]) throws {
  let output = try OutputFile(path: "-")
  try output.append(bytes)
  try output.commit()
}

/// Runs the body of a command; an error becomes one message and its exit code.
func perform(_ console: Console, _ body: () async throws -> Void) async throws {
  do { try await body() } catch let code as ExitCode { throw code } catch {
    let fault = StillwaterError(error)
    if !fault.isQuiet { console.report(fault) }
    throw ExitCode(fault.kind.rawValue)
  }
}

/// The time a training has to write a checkpoint before the process ends, in seconds.
private let checkpointGrace = 3.0

/// Prepares the process before any command: BLAS kernels, then signals.
///
/// Interrupts remove temporary files and exit with 128 + signal; a closed pipe becomes a write error.
func prepareProcess() {
  restartWithRightKernels()
  signal(SIGPIPE, SIG_IGN)
  SignalPipe.take([SIGINT, SIGTERM, SIGHUP])
  Thread.detachNewThread {
    while let number = SignalPipe.next() { endProcess(signal: number) }
  }
}

/// Ends the process, after a checkpoint if a training is running.
private func endProcess(signal number: Int32) {
  let code = 128 + number
  guard Interruption.request(code: code) else { Temporaries.endProcess(code: code) }
  Thread.detachNewThread {
    Thread.sleep(forTimeInterval: checkpointGrace)
    Temporaries.endProcess(code: code)
  }
}
