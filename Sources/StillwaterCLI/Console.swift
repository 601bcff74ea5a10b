import ArgumentParser
import Files
import Foundation
import Reporting
import Stillwater
import Synchronization

/// What every command can be told about its output to the terminal.
struct ConsoleOptions: ParsableArguments {
  @Flag(help: "Print the summary of the run as JSON on standard output.")
  var json = false

  @Flag(help: "Print nothing but errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say more: the BLAS kernels in use, the time of each part.")
  var verbose = false

  @Option(
    help: ArgumentHelp("When to show progress: auto (on a terminal) or never.", valueName: "when"))
  var progress = ProgressMode.auto

  @Flag(inversion: .prefixedNo, help: "Whether a terminal gets colour; NO_COLOR turns it off too.")
  var color = true

  enum ProgressMode: String, ExpressibleByArgument, CaseIterable { case auto, never }
}

/// Standard error: log lines, progress, summaries.
///
/// Standard output carries results alone.
final class Console: Sendable {
  private let options: ConsoleOptions
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let state = Mutex((lastLine: ContinuousClock.now, isLineOpen: false))

  init(_ options: ConsoleOptions) { self.options = options }

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
    let text = printable(text)
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
    for warning in summary.warnings.prefix(20) { note("warning: " + warning) }
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
    if !fault.isQuiet {
      let reasons = fault.description.split(separator: "\n", omittingEmptySubsequences: false)
      let text = reasons.map { printable(String($0)) }.joined(separator: "\n")
      let lines = "stillwater: error: \(text)\n"
      try? FileHandle.standardError.write(contentsOf: Data(lines.utf8))
    }
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
