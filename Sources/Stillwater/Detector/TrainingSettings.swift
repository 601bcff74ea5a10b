package import Calibration
import Diffusion
import Encoding
package import Ingestion
import Scoring

/// Everything that determines a training, besides its data.
public struct TrainingSettings: Sendable {
  /// The roles of columns; the rows are a series when `columns.time` is set.
  public var columns = ColumnOptions()
  /// The effort put into the training.
  public var quality = Quality.balanced
  /// The window length of a series in rows, 2 to 100,000; nil lets the baseline decide.
  public var window: Int?
  /// Whether each row of a series is scored from past rows only, for live use.
  public var isCausal = false
  /// The seed of all random numbers; equal seeds give equal models.
  public var seed: UInt64 = 0
  /// The fraction of normal rows that may be flagged, 1e-9 to 0.5; setting it calibrates a series by
  /// rows instead of alarms.
  public var falseAlarmRate = 0.01 { didSet { alarmPlan.countsRows = true } }
  /// The false alarms that normal rows of each series may raise; nil lets the baseline decide.
  public var alarms: AlarmRate? {
    get { alarmPlan.standard }
    set { (alarmPlan.standard, alarmPlan.countsRows) = (newValue, false) }
  }
  /// The number of concurrent tasks, 1 to 1,024; results do not depend on it.
  public var threads = defaultThreads
  /// The memory for the baseline in bytes; nil for a quarter of the machine's.
  ///
  /// Larger tables are sampled; larger series are refused.
  public var memory: Int?
  /// The most baseline rows to store in the model, 100 to 1,000,000; 0 stores means of at least three
  /// rows each instead.
  public var exemplars = 10_000
  /// The fraction of a table's baseline rows that may be anomalies, 0...0.2.
  ///
  /// Above 0 a row far from most others counts as abnormal even next to a few of its kind.
  public var contamination = 0.0

  /// The format of the files; stored in the detector.
  public var format = CSVFormat()
  /// The treatment of rows that cannot be read.
  public var badRows = BadRows.fail
  /// How the threshold is derived; `bestF1` needs labels and is not available in training.
  public var thresholdMethod = ThresholdMethod.conformal {
    didSet { alarmPlan.countsRows = true }
  }

  /// The false-alarm plan of a series, named rates included.
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

  /// The valid ranges, which the command line and pipelines enforce too.
  package static let windows = 2...100_000
  package static let exemplarCounts = 100...1_000_000
  package static let contaminations = 0...0.2
  package static let threadCounts = 1...1_024

  /// Throws `StillwaterError` of kind `usage` for the first setting that is invalid or contradictory.
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

  /// The number of encoded views of a table.
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
