import Ingestion

/// A report on the baseline of a training.
public struct TrainingReport: Sendable, Equatable {
  /// The number of baseline rows, bad ones included.
  public let rowsIn: Int
  /// The number of rows that were learned from or held back for calibration.
  public let rowsUsed: Int
  /// The number of rows left out: labelled as anomalies, or sampled out to fit into memory.
  public let rowsLeftOut: Int
  /// The number of missing cells in the columns that were read.
  public let missingValues: Int
  /// Warnings about the baseline and the threshold, one sentence each.
  public let warnings: [String]
  /// The least normal rows, worst first, to be checked: everything in the baseline counts as normal.
  public let suspiciousRows: [SuspiciousRow]
  /// Rows that could not be read and were set aside, in the order of the files.
  public let badRows: [BadRow]
}

/// A report on rows that were scored.
public struct ScoringReport: Sendable, Equatable {
  /// The number of rows with a score.
  public let rowsScored: Int
  /// The number of missing cells in the columns that were read.
  public let missingValues: Int
  /// Warnings about the rows, one sentence each.
  public let warnings: [String]
  /// Rows that could not be read and were set aside, in the order of the file.
  public let badRows: [BadRow]
}

/// A baseline row that may not be normal.
public struct SuspiciousRow: Sendable, Equatable {
  /// The file, as the caller named it.
  public let file: String
  /// The physical line on which the row starts, from 1.
  public let line: Int
  /// Its score by a detector that has not learned from it; higher is more abnormal.
  public let score: Float
}

/// A row that could not be read and was set aside.
public struct BadRow: Sendable, Equatable {
  /// The file, as the caller named it.
  public let file: String
  /// The physical line on which the row starts, from 1.
  public let line: Int
  /// The damaged column; nil when the row as a whole is damaged.
  public let column: String?
  /// A description of the damage.
  public let reason: String
  /// The row as in the file; bytes that are not UTF-8 are replaced by U+FFFD.
  public let text: String

  init(_ row: RejectedRow) {
    (file, line, column, reason) = (row.file, row.line, row.column, row.reason)
    text = String(decoding: row.bytes, as: UTF8.self)
  }
}
