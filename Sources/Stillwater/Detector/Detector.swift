package import Calibration
import Diffusion
import Encoding
import Events
import Scoring
import Tabular

/// A model of normal rows that scores how abnormal any row is.
///
/// A detector is a value: `train` creates one from normal rows, `init(contentsOf:)` reads one from a
/// model file, and only `calibrate` changes it. Scores are deterministic, and a table row's score is
/// independent of the rows scored with it.
///
/// ```swift
/// let (detector, report) = try await Detector.train(on: ["baseline.csv"])
/// try detector.save(to: "model.stillwater")
/// for try await row in detector.score("today.csv") where row.isAnomaly {
///   print(row.line, row.score, row.topColumns)
/// }
/// ```
public struct Detector: Sendable {
  package let layout: DataLayout
  let core: Core
  package internal(set) var calibration: Calibration
  /// The alarm threshold and event model of a series; nil for tables.
  package internal(set) var alarms: SeriesAlarms?
  /// The provenance of the detector.
  public internal(set) var card: ModelCard

  /// Encoder and scorer, of a table or of a series.
  enum Core: Sendable {
    case table(TableEncoder, TableScorer)
    case series(SeriesEncoder, SeriesScorer)
  }

  /// The columns that the detector learns from, in the order of the baseline file.
  public var featureNames: [String] { layout.schema.features.map(\.name) }

  /// The score above which a row of a table is flagged, and one of a series needs an explanation.
  public var threshold: Float { alarms?.threshold ?? calibration.threshold.value }
}

/// The provenance of a detector: stored in the model file, shown by `inspect`.
public struct ModelCard: Sendable, Equatable, Codable {
  /// The version of the program that trained it.
  public var version: String
  /// `table` or `series`.
  public var kind: String
  /// The effort of its training.
  public var quality: Quality
  /// The seed of all its random numbers.
  public var seed: UInt64
  /// The number of baseline rows it learned from, and of those held back for calibration.
  public var rowsUsed: Int
  public var rowsHeldBack: Int
  /// The number of baseline rows stored in the model; 0 when it stores means of several rows each.
  public var exemplars: Int
  /// Rows per window of a series; nil for tables.
  public var window: Int?
  /// The moving average of the training loss, in network units; nil without a network.
  public var finalLoss: Double?
  /// The best loss on held-out rows, in network units; nil without a network.
  public var heldOutLoss: Double?
  /// The number of training steps.
  public var trainingSteps: Int?
  /// Whether training ended early because the held-out loss no longer improved.
  public var stoppedEarly: Bool?
  /// The number of training steps skipped because loss or gradient was not finite.
  public var skippedSteps: Int?
  /// Warnings about the baseline, one sentence each.
  public var warnings: [String]
}

extension ModelCard {
  /// Copies the statistics of a network's training.
  mutating func describe(_ history: TrainingHistory?) {
    (finalLoss, heldOutLoss) = (history?.finalLoss, history?.heldOutLoss)
    (trainingSteps, stoppedEarly) = (history?.steps, history?.stoppedEarly)
    skippedSteps = history?.skipped
  }
}

/// The effort put into training a detector: three trade-offs of time against quality.
public enum Quality: String, Sendable, Codable, CaseIterable {
  /// Closed-form denoisers only; for tables in the standard view only.
  case fast
  /// Closed-form denoisers and trained networks.
  case balanced
  /// Networks trained for longer, scores averaged over more noise.
  case best
}

/// The result of scoring one row.
public struct ScoredRow: Sendable, Equatable {
  /// The physical line of the file on which the row starts, from 1.
  public let line: Int
  /// Higher is more abnormal; always finite.
  public let score: Float
  /// The score as a multiple of the threshold, above 1 where it is exceeded; finite.
  ///
  /// Where the threshold is not above 0 it is e^(score - threshold).
  public let ratio: Float
  /// The probability that a normal row scores at least as high, in (0, 1].
  public let pValue: Double
  /// Whether the score is above the threshold; of a series, whether the row lies in an event.
  public let isAnomaly: Bool
  /// The id of the event that the row of a series lies in, else empty; nil for rows of tables.
  public let event: String?
  /// The columns to blame, worst first: at most five, each with at least 5 % of the contributions.
  public let topColumns: [Blame]
  /// The expected value of each learned column, formatted as in the file; empty unless requested.
  public let expected: [String]

  /// A column to blame.
  public struct Blame: Sendable, Equatable {
    /// The column's name.
    public let column: String
    /// Its fraction of the row's contributions, 0...1.
    public let share: Float
  }
}
