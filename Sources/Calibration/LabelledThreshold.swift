/// The threshold with the best F1 on labelled rows, midway between the two scores it separates.
struct LabelledThreshold: Equatable {
  /// Scores strictly above are flagged; finite.
  let threshold: Threshold
  /// The F1 it reaches.
  let f1: Double

  /// Evaluates all thresholds of `scores` with `labels` (true is anomalous), `[rows]`.
  ///
  /// NaN and plus infinity count as the largest finite number. Ties in F1 go to the highest threshold.
  /// Nil when only one class is present. O(n log n).
  init?(scores: [Float], labels: [Bool]) {
    let limit = Float.greatestFiniteMagnitude
    let rows = zip(scores, labels).map { score, label in
      (score: score.isNaN ? limit : min(max(score, -limit), limit), isAnomalous: label)
    }.sorted { $0.score > $1.score }
    let anomalous = rows.count { $0.isAnomalous }
    guard anomalous > 0, anomalous < rows.count else { return nil }
    var (hits, best, last) = (0, -1.0, 0)
    for (index, row) in rows.enumerated() {
      hits += row.isAnomalous ? 1 : 0
      let isTied = index + 1 < rows.count && rows[index + 1].score == row.score
      let f1 = 2 * Double(hits) / Double(anomalous + index + 1)
      if !isTied, f1 > best { (best, last) = (f1, index) }
    }
    let next = last + 1 < rows.count ? rows[last + 1].score : rows[last].score.nextDown
    threshold = Threshold(value: LabelledThreshold.midway(rows[last].score, next))
    f1 = best
  }

  /// Halfway from `upper` to `lower`, but below `upper` and finite.
  private static func midway(_ upper: Float, _ lower: Float) -> Float {
    let middle = Float((Double(upper) + Double(max(lower, -.greatestFiniteMagnitude))) / 2)
    return middle < upper ? middle : max(lower, -.greatestFiniteMagnitude)
  }
}
