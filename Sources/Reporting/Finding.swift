/// The result for one row as written to outputs.
package struct Finding: Sendable, Equatable {
  /// The physical line of the file on which the row starts, from 1.
  package var line: Int
  /// Higher is more abnormal; finite.
  package var score: Float
  /// The score as a multiple of the threshold, above 1 where it is exceeded.
  package var ratio: Float
  /// The probability that a normal row scores at least as high, in (0, 1].
  package var pValue: Double
  package var isAnomaly: Bool
  /// The id of the event that the row of a series lies in, else empty; nil for rows of tables.
  package var event: String?
  /// The columns to blame, worst first.
  package var topColumns: [Blame]
  /// The expected value of each explained column, as text; empty unless requested.
  package var expected: [String]

  package init(
    line: Int, score: Float, ratio: Float, pValue: Double, isAnomaly: Bool, event: String?,
    topColumns: [Blame], expected: [String]
  ) {
    (self.line, self.score, self.ratio, self.pValue) = (line, score, ratio, pValue)
    (self.isAnomaly, self.event) = (isAnomaly, event)
    (self.topColumns, self.expected) = (topColumns, expected)
  }

  /// A column with its fraction of the row's contributions, 0...1, written as `share`.
  package struct Blame: Sendable, Equatable {
    package var column: String
    package var share: Float

    package init(column: String, share: Float) { (self.column, self.share) = (column, share) }
  }
}
