/// Flags a score above `value`; scores rise with abnormality, and NaN is always flagged.
package struct Threshold: Sendable, Equatable, Codable {
  /// The largest score that is not flagged.
  package let value: Float

  /// Flags what lies strictly above `value`.
  package init(value: Float) { self.value = value }

  /// Whether `score` is flagged.
  package func flags(_ score: Float) -> Bool { !(score <= value) }

}
