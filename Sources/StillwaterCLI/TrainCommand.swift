import ArgumentParser
import Calibration
import Reporting
import Stages
import Stillwater

struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Learn normal from CSV files and write a model.",
    discussion: """
      Some of the rows are held back from the network and set the threshold, so that a trained model \
      can always flag. A summary goes to MODEL.summary.json.
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @Option(help: ArgumentHelp("The model file to write.", valueName: "path")) var model: String

  @Option(help: ArgumentHelp("The column that makes the rows a time series.", valueName: "column"))
  var time: String?
  @Option(
    help: ArgumentHelp(
      "The column that tells several series in one file apart.", valueName: "column"))
  var group: String?
  @Option(
    help: ArgumentHelp(
      "The column with 1 for an anomaly and 0 for normal; never learned from.", valueName: "column")
  )
  var label: String?
  @Option(help: ArgumentHelp("The text of an anomaly in the label column.", valueName: "value"))
  var positiveLabel: String?
  @Option(help: ArgumentHelp("A column to leave out; repeatable.", valueName: "column"))
  var ignore: [String] = []
  @Option(help: ArgumentHelp("A column to take as a category; repeatable.", valueName: "column"))
  var categorical: [String] = []

  @Option(help: "How much work to put in: fast, balanced or best.")
  var quality = Quality.balanced
  @Option(help: ArgumentHelp("Rows per sample of a series: auto or a number.", valueName: "auto|n"))
  var window = "auto"
  @Flag(help: "Score each row of a series by what came before it only, for live use; finds less.")
  var causal = false
  @Option(help: ArgumentHelp("The same seed gives the same model.", valueName: "n"))
  var seed: UInt64 = environment("SEED").flatMap { UInt64($0) } ?? 0
  @Option(help: ArgumentHelp("Share of normal rows that may be flagged.", valueName: "rate"))
  var falseAlarmRate = 0.01
  @Option(help: "How the threshold is set: conformal, quantile or evt.")
  var method = CalibrationMethod.conformal
  @Option(
    help: ArgumentHelp(
      "Baseline rows kept in the model: a number, or none for means of several rows each.",
      valueName: "n|none"))
  var exemplars = "10000"
  @Option(
    help: ArgumentHelp(
      """
      Share of a table's baseline rows that may be anomalies, up to 0.2: a row far from most others then \
      counts as abnormal even beside a few of its kind.
      """, valueName: "share"))
  var contamination = 0.0

  @Option(
    help: ArgumentHelp(
      """
      Memory that the baseline may take, as 512M or 4G; of larger tables a sample is learned from. \
      Default: a quarter of the machine.
      """, valueName: "size"))
  var memory: MemorySize?
  @Flag(
    help: """
      Go on from MODEL.checkpoint where a training on the same data with the same settings was cut \
      off; the model is the same as without the cut.
      """)
  var resume = false

  @OptionGroup(title: "CSV") var csv: DialectOptions
  @OptionGroup(title: "Damaged rows") var badRows: BadRowOptions
  @OptionGroup(title: "Run") var runOptions: RunOptions
  @OptionGroup(title: "Console") var consoleOptions: ConsoleOptions

  func validate() throws {
    try checkRate(falseAlarmRate)
    if window != "auto", Int(window).map({ $0 >= 2 && $0 <= 100_000 }) != true {
      throw ValidationError("--window must be auto or a number from 2 to 100000, got \(window)")
    }
    if exemplars != "none", Int(exemplars).map({ $0 >= 100 && $0 <= 1_000_000 }) != true {
      throw ValidationError("--exemplars must be none or a number from 100 to 1000000")
    }
    if causal, time == nil {
      throw ValidationError("--causal is for series: name the --time column")
    }
    guard contamination >= 0, contamination <= 0.2 else {
      throw ValidationError("--contamination must be 0 to 0.2, got \(contamination)")
    }
    if contamination > 0, time != nil {
      throw ValidationError("--contamination is for tables: leave it out with --time")
    }
    try checkRoles()
    guard [.conformal, .quantile, .evt].contains(method) else {
      throw ValidationError(
        "--method \(method.rawValue) is for calibrate; train takes conformal, quantile or evt")
    }
  }

  /// A column has one role.
  private func checkRoles() throws {
    let roles = [("time", time), ("group", group), ("label", label)]
    let named =
      roles.compactMap { role, name in name.map { (role, $0) } }
      + ignore.map { ("ignore", $0) } + categorical.map { ("categorical", $0) }
    var known: [[UInt8]: String] = [:]
    for (role, name) in named {
      guard let other = known.updateValue(role, forKey: Array(name.utf8)), other != role else {
        continue
      }
      throw ValidationError("column \(name) is named by --\(other) and by --\(role)")
    }
  }

  func run() async throws {
    let console = Console(consoleOptions)
    try await perform(console) {
      console.detail("BLAS kernels: \(productKernels())")
      var stage = TrainStage(files: try input.paths(), model: model, settings: settings)
      stage.rules = runOptions.rules
      stage.resumption = resume ? .asked : .never
      let summary = try await stage.run(progress: console.progress)
      if let steps = summary.resumedSteps, steps > 0 {
        console.note("took over \(steps) steps of training from a checkpoint")
      }
      try console.show(
        summary,
        [
          "learned from \(summary.rowsUsed ?? 0) rows; model written to \(model)",
          "threshold \(summary.threshold ?? 0): \(summary.promise ?? "")",
        ] + suspects(summary))
    }
  }

  /// The least normal rows that were learned from, for a look at them.
  private func suspects(_ summary: RunSummary) -> [String] {
    let rows = (summary.suspiciousRows ?? []).prefix(3).map { "\($0.file):\($0.line)" }
    return rows.isEmpty ? [] : ["least normal in the baseline: " + rows.joined(separator: ", ")]
  }

  private var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings.columns.time = time
    settings.columns.group = group
    settings.columns.label = label
    settings.columns.positiveLabel = positiveLabel
    settings.columns.ignored = ignore
    settings.columns.categorical = categorical
    (settings.quality, settings.window, settings.seed) = (quality, Int(window), seed)
    (settings.falseAlarmRate, settings.method) = (falseAlarmRate, method)
    (settings.threads, settings.dialect) = (runOptions.threads, csv.dialect)
    (settings.badRows, settings.memory) = (badRows.policy, memory?.bytes)
    (settings.exemplars, settings.isCausal) = (Int(exemplars) ?? 0, causal)
    settings.contamination = contamination
    return settings
  }
}
