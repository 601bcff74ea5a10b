package import Calibration
import Diffusion
import Encoding
package import Ingestion
import Scoring

/// Everything that decides what a detector learns.
public struct TrainingSettings: Sendable {
  public var columns = ColumnOptions()
  public var quality = Quality.balanced
  /// Rows per sample of a series; nil lets the baseline decide.
  public var window: Int?
  /// Whether each row of a series is scored by what came before it only, for live use.
  public var isCausal = false
  /// Results are the same for the same seed.
  public var seed: UInt64 = 0
  /// Share of normal rows that may be flagged.
  public var falseAlarmRate = 0.01
  /// Alarms that normal rows of a series may raise in 10,000; nil lets the baseline decide.
  public var alarmRate: Double?
  /// Tasks at work at the same time; results do not depend on it.
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

  package var method = CalibrationMethod.conformal
  package var dialect = CSVDialect()
  package var badRows = BadRowPolicy.fail
  /// The parts of the score that count, by name; empty for all.
  package var parts: [String] = []

  public init() {}

  /// Views of a table that are compared with baseline rows.
  var viewCount: Int { quality == .fast ? 1 : NumberScaler.viewCount }

  var table: TableScorerOptions {
    var options = TableScorerOptions()
    (options.seed, options.exemplars, options.parts) = (seed, exemplars, parts)
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
    (options.seed, options.window, options.parts) = (seed, window, parts)
    options.trainsNetwork = quality != .fast
    (options.isCausal, options.effort) = (isCausal, quality == .best ? 2 : 1)
    return options
  }
}
