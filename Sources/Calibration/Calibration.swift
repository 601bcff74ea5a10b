/// A threshold together with the normal scores it comes from: turns scores into flags and p-values.
///
/// Always fitted: created by `fit` or restored from a model file.
package struct Calibration: Sendable, Equatable {
  /// Threshold, method, expected rate and its interval.
  package let summary: CalibrationSummary
  /// The calibration scores of normal rows.
  package let scores: CalibrationScores

  /// Restores a stored calibration; throws `storedCount`, `thresholdNotFinite` or `storedTail` when the
  /// parts do not fit together.
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

  /// The probability in (0, 1] that a normal row scores at least `score`; falls as scores rise.
  ///
  /// The conformal p-value (1 + scores at least as high) / (n + 1), and beyond the start of the tail
  /// model, where one is in use, its survival function (Vovk et al. 2005). NaN and infinity get the
  /// smallest. With footing `conformal` or `tailModel` a row is flagged exactly when its p-value is at
  /// most the rate. O(log n).
  package func pValue(of score: Float) -> Double {
    if let tail = summary.tail, !(score <= tail.start) { return tail.pValue(of: score) }
    return conformalPValue(atLeast: scores.count(atLeast: score), of: scores.count)
  }

}

/// The conformal p-value when `reached` of `count` calibration scores are at least as high.
func conformalPValue(atLeast reached: Int, of count: Int) -> Double {
  Double(reached + 1) / Double(count + 1)
}

/// The largest rank k with k / (n + 1) <= `rate`, n = `count`; 0 when there is none.
func conformalRank(rate: Double, count: Int) -> Int {
  let total = Double(count + 1)
  var rank = Int(rate * total)
  while rank > 0, Double(rank) / total > rate { rank -= 1 }
  while Double(rank + 1) / total <= rate { rank += 1 }
  return rank
}

/// The fewest calibration scores with which split-conformal calibration can guarantee `rate`.
package func scoresNeeded(rate: Double) -> Int {
  var count = max(Int(1 / rate) - 2, 0)
  while conformalRank(rate: rate, count: count) == 0 { count += 1 }
  return count
}
