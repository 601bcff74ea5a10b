/// Flags a score above `value`; scores rise with abnormality, and NaN is always flagged.
package struct Threshold: Sendable, Equatable, Codable {
  /// The largest score that is not flagged.
  package let value: Float

  /// Flags what lies strictly above `value`.
  package init(value: Float) { self.value = value }

  /// Whether `score` is flagged.
  package func flags(_ score: Float) -> Bool { !(score <= value) }

  /// A score relative to the threshold: above 1 exactly where it is flagged, finite, rising with it.
  ///
  /// score / threshold, or e^(score - threshold) where the threshold is not above 0; NaN gives the
  /// largest finite number.
  package func ratio(of score: Float) -> Float {
    let ratio = value > 0 ? score / value : Float(exponential(Double(score) - Double(value)))
    let most = Float.greatestFiniteMagnitude
    guard !score.isNaN else { return most }
    return flags(score) ? min(max(ratio, Float(1).nextUp), most) : max(min(ratio, 1), -most)
  }
}
