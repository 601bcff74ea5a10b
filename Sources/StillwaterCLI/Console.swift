import ArgumentParser
import Files
import Foundation
import Reporting
import Stillwater
import Synchronization

/// Standard error: log lines, progress, summaries.
///
/// Standard output carries results alone.
final class Console: Sendable {
  let options: ConsoleOptions
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let isColored: Bool
  private let state = Mutex((lastLine: ContinuousClock.now, isLineOpen: false))

  /// The colour of a line's first words, by its number on a terminal.
  private enum Color: Int { case red = 31, yellow = 33 }

  init(_ options: ConsoleOptions) {
    self.options = options
    let environment = ProcessInfo.processInfo.environment
    let isPlain = options.isPlain || environment["NO_COLOR"]?.isEmpty == false
    isColored = isTerminal && !isPlain && environment["TERM"] != "dumb"
  }

  /// Shows how far a stage is: rewritten in place on a terminal, else a line now and then.
  func progress(_ activity: String, _ share: Double?) {
    guard !options.quiet, options.progress == .auto else { return }
    let activity = printable(activity)
    let percent = share.map { " \(Int($0 * 100)) %" } ?? ""
    state.withLock { state in
      let now = ContinuousClock.now
      let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(30)
      guard now - state.lastLine > pause else { return }
      state = (now, isTerminal)
      write(isTerminal ? "\r\u{1b}[K\(activity)\(percent)" : "\(activity)\(percent)\n")
    }
  }

  /// Says something in a line of its own, kept free of what could work on the terminal.
  func note(_ text: String) {
    guard !options.quiet else { return }
    line(printable(text))
  }

  func warn(_ text: String) {
    guard !options.quiet else { return }
    line(painted("warning:", .yellow) + printable(" " + text))
  }

  /// Says why a run ends, in as many lines as the fault has.
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

  func detail(_ text: String) {
    if options.verbose { note(text) }
  }

  /// Warnings, at most 20 and then a count, and whatever else the summary has for people.
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

/// Writes what was asked for to standard output; a full disk there is a fault like any other.
func printResult(_ bytes: [UInt8]) throws {
  let output = try OutputFile(path: "-")
  try output.append(bytes)
  try output.commit()
}

/// Runs the body of a command; faults become one message and their exit code.
func perform(_ console: Console, _ body: () async throws -> Void) async throws {
  do { try await body() } catch let code as ExitCode { throw code } catch {
    let fault = StillwaterError(error)
    if !fault.isQuiet { console.report(fault) }
    throw ExitCode(fault.kind.rawValue)
  }
}

/// Seconds that a training has to write a checkpoint before it is ended.
private let checkpointGrace = 3.0

/// Signals end the run with their documented codes, without its temporary files; a closed pipe is an
/// error of writing, no signal.
func prepareProcess() {
  restartWithRightKernels()
  signal(SIGPIPE, SIG_IGN)
  SignalPipe.take([SIGINT, SIGTERM, SIGHUP])
  Thread.detachNewThread {
    while let number = SignalPipe.next() { endProcess(signal: number) }
  }
}

/// Ends the process, after a checkpoint if a training is on its way.
private func endProcess(signal number: Int32) {
  let code = 128 + number
  guard Interruption.request(code: code) else { Temporaries.endProcess(code: code) }
  Thread.detachNewThread {
    Thread.sleep(forTimeInterval: checkpointGrace)
    Temporaries.endProcess(code: code)
  }
}
