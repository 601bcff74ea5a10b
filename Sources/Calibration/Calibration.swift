/// A threshold with the normal scores it comes from: turns scores into flags and p-values.
///
/// Always fitted: made by `fit`, or taken back from storage.
package struct Calibration: Sendable, Equatable {
  /// Threshold, method and promise.
  package let summary: CalibrationSummary
  /// The scores of normal rows behind it.
  package let scores: CalibrationScores

  /// Takes a stored calibration back.
  package init(summary: CalibrationSummary, scores: CalibrationScores) throws(CalibrationError) {
    guard summary.scoreCount == scores.count else {
      throw .storedCount(kept: scores.count, expected: summary.scoreCount)
    }
    guard summary.threshold.value.isFinite else {
      throw .thresholdNotFinite(summary.threshold.value)
    }
    guard summary.tail?.isUsable ?? true else { throw .storedTail }
    (self.summary, self.scores) = (summary, scores)
  }

  /// A calibration just fitted.
  init(fitted summary: CalibrationSummary, scores: CalibrationScores) {
    (self.summary, self.scores) = (summary, scores)
  }

  /// Flags scores strictly above it, and NaN.
  package var threshold: Threshold { summary.threshold }

  /// Probability in (0,1] that a normal row scores as high as `score`; falls as scores rise.
  ///
  /// The conformal p-value (1 + scores at least as high) / (n + 1), and beyond the start of the tail
  /// model, where one is in use, its survival. NaN and infinity have the smallest. With footing
  /// `conformal` or `tailModel` a row is flagged just when its p-value is at most the rate.
  package func pValue(of score: Float) -> Double {
    if let tail = summary.tail, !(score <= tail.start) { return tail.pValue(of: score) }
    return conformalPValue(atLeast: scores.count(atLeast: score), of: scores.count)
  }

}

/// The conformal p-value when `reached` of `count` calibration scores are at least as high.
func conformalPValue(atLeast reached: Int, of count: Int) -> Double {
  Double(reached + 1) / Double(count + 1)
}

/// The largest rank k whose share k / (n + 1) does not exceed `rate`; 0 when even 1 does.
func conformalRank(rate: Double, count: Int) -> Int {
  let total = Double(count + 1)
  var rank = Int(rate * total)
  while rank > 0, Double(rank) / total > rate { rank -= 1 }
  while Double(rank + 1) / total <= rate { rank += 1 }
  return rank
}

/// The fewest calibration scores with which split-conformal calibration can promise `rate`.
package func scoresNeeded(rate: Double) -> Int {
  var count = max(Int(1 / rate) - 2, 0)
  while conformalRank(rate: rate, count: count) == 0 { count += 1 }
  return count
}
