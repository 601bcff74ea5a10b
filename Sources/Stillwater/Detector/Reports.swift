import Ingestion

/// What was met while a detector was trained.
public struct TrainingReport: Sendable, Equatable {
  /// Rows of the baseline, bad ones included.
  public let rowsIn: Int
  /// Rows that were learned from or held back for the threshold.
  public let rowsUsed: Int
  /// Rows left out because they are labelled as anomalies, or because memory is short.
  public let rowsLeftOut: Int
  /// Cells without a value, of the columns that were read.
  public let missingValues: Int
  /// What to know about the baseline and the threshold, one sentence each.
  public let warnings: [String]
  /// The least normal rows, worst first: look at them, for what is in the baseline counts as normal.
  public let suspiciousRows: [SuspiciousRow]
  /// Rows that could not be read and were set aside, in the order of the files.
  public let badRows: [BadRow]
}

/// What was met in rows that were scored.
public struct ScoringReport: Sendable, Equatable {
  /// Rows with a score.
  public let rowsScored: Int
  /// Cells without a value, of the columns that were read.
  public let missingValues: Int
  /// What to know about the rows, one sentence each.
  public let warnings: [String]
  /// Rows that could not be read and were set aside, in the order of the file.
  public let badRows: [BadRow]
}

/// A baseline row that may be no normal one.
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
  /// The damaged column, nil when the whole row is meant.
  public let column: String?
  /// What is wrong, in words.
  public let reason: String
  /// The row as it stands in the file; bytes that are no UTF-8 are replaced.
  public let text: String

  init(_ row: RejectedRow) {
    (file, line, column, reason) = (row.file, row.line, row.column, row.reason)
    text = String(decoding: row.bytes, as: UTF8.self)
  }
}
