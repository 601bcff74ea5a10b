package import Calibration
import Diffusion
import Encoding
package import Ingestion
import Scoring

/// Everything that decides what a detector learns.
public struct TrainingSettings: Sendable {
  /// What each column is; the rows are a series when `columns.time` is set.
  public var columns = ColumnOptions()
  /// How much work goes into it.
  public var quality = Quality.balanced
  /// Rows per sample of a series, 2 to 100,000; nil lets the baseline decide.
  public var window: Int?
  /// Whether each row of a series is scored by what came before it only, for live use.
  public var isCausal = false
  /// Results are the same for the same seed.
  public var seed: UInt64 = 0
  /// Share of normal rows that may be flagged, 1e-9 to 0.5; a series for which it is set goes by it.
  public var falseAlarmRate = 0.01 { didSet { alarmPlan.countsRows = true } }
  /// False alarms that normal rows of each series may raise; nil lets the baseline decide.
  public var alarms: AlarmRate? {
    get { alarmPlan.standard }
    set { (alarmPlan.standard, alarmPlan.countsRows) = (newValue, false) }
  }
  /// Tasks at work at the same time, 1 to 1,024; results do not depend on it.
  public var threads = defaultThreads
  /// Bytes that the baseline may take, nil for a quarter of the machine.
  ///
  /// Of larger tables a sample is learned from.
  public var memory: Int?
  /// Baseline rows kept inside the model; 0 makes a compact one that holds means of at least three rows
  /// each instead.
  public var exemplars = 10_000
  /// Share of a table's baseline rows that may be anomalies, 0...0.2.
  ///
  /// Above 0 a row that is far from most others counts as abnormal even beside a few of its kind.
  public var contamination = 0.0

  /// How the files are written; kept in the detector.
  public var format = CSVFormat()
  /// What becomes of rows that cannot be read.
  public var badRows = BadRows.fail
  /// How the threshold is set; `bestF1` needs labels and is not for training.
  public var thresholdMethod = ThresholdMethod.conformal {
    didSet { alarmPlan.countsRows = true }
  }

  /// Alarms, those under names included.
  package var alarmPlan = AlarmPlan()

  /// The parts of the score that count, by name; empty for all.
  package var parts: [String] = []

  public init() {}

  package var method: CalibrationMethod {
    get { thresholdMethod.method }
    set { thresholdMethod = ThresholdMethod(method: newValue) }
  }

  package var dialect: CSVDialect {
    get { format.dialect }
    set { format.dialect = newValue }
  }

  /// What numbers may be; the command line and pipelines refuse others too.
  package static let windows = 2...100_000
  package static let exemplarCounts = 100...1_000_000
  package static let contaminations = 0...0.2
  package static let threadCounts = 1...1_024

  /// Refuses what no training can be made of.
  func check() throws(StillwaterError) {
    let isSeries = columns.time != nil
    let rules: [(isKept: Bool, rule: String)] = [
      (
        window.map(Self.windows.contains) ?? true, "window must be 2 to 100000, got \(window ?? 0)"
      ),
      (Self.threadCounts.contains(threads), "threads must be 1 to 1024, got \(threads)"),
      (
        exemplars == 0 || Self.exemplarCounts.contains(exemplars),
        "exemplars must be 0 or 100 to 1000000, got \(exemplars)"
      ),
      (
        Self.contaminations.contains(contamination),
        "contamination must be 0 to 0.2, got \(contamination)"
      ),
      (
        contamination == 0 || !isSeries,
        "contamination is for tables: leave it out for a series"
      ),
      (
        alarmPlan.standard?.isUsable ?? true,
        "alarms must be a count above 0, up to a million, got \(alarms?.text ?? "")"
      ),
      (isSeries || !isCausal, "a causal detector is one of a series: name the time column"),
      (
        [.conformal, .quantile, .extremeValue].contains(thresholdMethod),
        "the threshold method \(method.rawValue) is for calibration, not for training"
      ),
      (format.isUnambiguous, "a decimal comma needs another delimiter, such as semicolon"),
    ]
    for (isKept, rule) in rules where !isKept { throw StillwaterError(.usage, rule) }
  }

  /// Views of a table that are compared with baseline rows.
  var viewCount: Int { quality == .fast ? 1 : NumberScaler.viewCount }

  var table: TableScorerOptions {
    var options = TableScorerOptions()
    (options.seed, options.exemplars) = (seed, exemplars)
    options.parts = parts.compactMap(TableScorer.Part.init)
    options.contamination = contamination
    options.trainsNetwork = quality != .fast
    if quality == .best {
      options.noiseDraws = 4
      options.training.steps = 1_000
      options.noiseLevelTraining.steps = 2_500
    }
    return options
  }

  var series: SeriesScorerOptions {
    var options = SeriesScorerOptions()
    (options.seed, options.window) = (seed, window)
    options.parts = parts.compactMap(SeriesScorer.Part.Kind.init)
    options.trainsNetwork = quality != .fast
    (options.isCausal, options.effort) = (isCausal, quality == .best ? 2 : 1)
    return options
  }
}
