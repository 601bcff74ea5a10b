package import Calibration
import Diffusion
import Encoding
import Events
import Scoring
import Tabular

/// Knows what normal looks like, and says how far any row is from it.
///
/// A detector is a value: `train` makes one from normal rows, `load` reads one from a model file, and
/// nothing changes it but `calibrate`. The same detector gives the same row the same score, whatever
/// rows come with it.
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
  /// What explains the alarms of a series; nil for tables.
  package internal(set) var alarms: SeriesAlarms?
  /// How the detector came to be.
  public internal(set) var card: ModelCard

  /// What a detector holds of its baseline, for rows of a table or for a series.
  enum Core: Sendable {
    case table(TableEncoder, TableScorer)
    case series(SeriesEncoder, SeriesScorer)
  }

  /// The columns that are learned from, in the order of the baseline file.
  public var featureNames: [String] { layout.schema.features.map(\.name) }

  /// The score above which a row of a table is flagged, and one of a series needs an explanation.
  public var threshold: Float { alarms?.threshold ?? calibration.threshold.value }
}

/// How a detector came to be: written into the model file, shown by `inspect`.
public struct ModelCard: Sendable, Equatable, Codable {
  /// The version of the program that trained it.
  public var version: String
  /// `table` or `series`.
  public var kind: String
  /// How much work went into it.
  public var quality: Quality
  /// What all its random numbers are addressed by.
  public var seed: UInt64
  /// Baseline rows it learned from, and those held back for calibration.
  public var rowsUsed: Int
  public var rowsHeldBack: Int
  /// Baseline rows kept inside the model; 0 where it holds means of several rows each.
  public var exemplars: Int
  /// Rows per window of a series; nil for tables.
  public var window: Int?
  /// Mean loss of the last training steps in network units; nil without a network.
  public var finalLoss: Double?
  /// The same over rows that were held back.
  public var heldOutLoss: Double?
  /// Steps that the network was trained for.
  public var trainingSteps: Int?
  /// Whether training ended before its last step, for nothing got better.
  public var stoppedEarly: Bool?
  /// Training steps passed over because loss or gradient was not finite.
  public var skippedSteps: Int?
  /// What the user should know about the baseline, one sentence each.
  public var warnings: [String]
}

extension ModelCard {
  /// Takes over how the training of the network went.
  mutating func describe(_ history: TrainingHistory?) {
    (finalLoss, heldOutLoss) = (history?.finalLoss, history?.heldOutLoss)
    (trainingSteps, stoppedEarly) = (history?.steps, history?.stoppedEarly)
    skippedSteps = history?.skipped
  }
}

/// How much work goes into a detector: three points on one curve.
public enum Quality: String, Sendable, Codable, CaseIterable {
  /// The closed-form denoisers alone, of tables in the standard view only.
  case fast
  /// With trained networks.
  case balanced
  /// With networks that are trained for longer.
  case best
}

/// What a detector says about one row.
public struct ScoredRow: Sendable, Equatable {
  /// The physical line of the file on which the row starts, from 1.
  public let line: Int
  /// Higher is more abnormal; always finite.
  public let score: Float
  /// The score as a multiple of the threshold, above 1 where it is exceeded; finite.
  ///
  /// Where the threshold is not above 0 it is e^(score - threshold).
  public let ratio: Float
  /// The share of normal rows with a score at least as high, in (0, 1].
  public let pValue: Double
  /// Whether the score is above the threshold; of a series, whether the row lies in an event.
  public let isAnomaly: Bool
  /// The id of the event that the row of a series lies in, else empty; nil for rows of tables.
  public let event: String?
  /// The columns to blame, worst first, with their shares of the whole.
  public let topColumns: [Blame]
  /// What each learned column was expected to hold, as it would stand in the file; empty unless
  /// asked for.
  public let expected: [String]

  /// A column and its share of the blame, 0...1.
  public struct Blame: Sendable, Equatable {
    public let column: String
    public let share: Float
  }
}
