import ArgumentParser
import Files
import Options
import Stillwater

/// The options of every command's terminal output.
struct ConsoleOptions: Configurable {
  var json = false
  var quiet = false
  var verbose = false
  var progress = ProgressMode.auto
  var isPlain = false

  enum ProgressMode: String, CaseIterable { case auto, never }

  static var blank: ConsoleOptions { ConsoleOptions() }

  static let table = options {
    Setting("json", \.json, .flag, "Print the summary of the run as JSON on standard output.")
    Setting("quiet", \.quiet, .flag, "Print nothing but errors.")
    Setting(
      "verbose", \.verbose, .flag, "Say more: the BLAS kernels in use, the time of each part.",
      letter: "v")
    Setting("progress", \.progress, .choice, "When to show progress: auto is on a terminal.")
    Setting("no_color", \.isPlain, .flag, "No colour on a terminal; NO_COLOR turns it off too.")
  }.map { $0.shown(under: .console) }
}

/// The options of `score` that concern its exit code.
struct ScoreEnd: Configurable {
  var failOn: FailOn?

  enum FailOn: String, CaseIterable { case anomalies }

  static var blank: ScoreEnd { ScoreEnd() }

  static let table = options {
    Setting("fail_on", \.failOn, .choice, "Exit with 3 when there are anomalies.")
  }
}

/// The options of `run`, beside those in the pipeline file.
struct RunOptions: Configurable {
  var dryRun = false
  var force = false
  var threads: Int?

  static var blank: RunOptions { RunOptions() }

  static let table = options {
    Setting("dry_run", \.dryRun, .flag, "Say what would be done and do nothing.")
    Setting("force", \.force, .flag, "Run every stage, up to date or not.")
    Setting(
      "threads", \.threads, .threads, "Tasks at work at the same time, whatever the pipeline says.")
  }
}

/// The option of a list file that names the files to read.
struct FileList: Configurable {
  var path: String?

  static var blank: FileList { FileList() }

  static let table = options {
    Setting(
      "files_from", \.path, .path.named("list"), "A file with one path a line; - is standard input."
    )
  }
}

/// The input files of a command.
struct InputOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "CSV files, folders or patterns; - is standard input. .gz and .zst are known by their contents.",
      valueName: "file"))
  var files: [String] = []

  @OptionGroup var list: OptionsOf<FileList>

  /// Whether any input is named.
  var hasFiles: Bool { get throws { try !files.isEmpty || list.value().path != nil } }

  /// All input paths, expanded; throws `StillwaterError` when there are none.
  func paths() throws -> [String] {
    do {
      let listed = try list.value().path.map { try InputPaths.list(from: $0) } ?? []
      let paths = try InputPaths.expand(files + listed)
      guard !paths.isEmpty else { throw StillwaterError(.usage, "no input file is given") }
      return paths
    } catch { throw StillwaterError(error) }
  }
}
