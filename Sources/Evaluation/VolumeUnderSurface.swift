/// Volume under the surface of range-aware ROC and precision-recall curves over window widths.
///
/// Paparrizos et al. 2022, as the TSB-AD benchmark computes it: for every width 0 to the window the
/// labels are softened by half a width on both sides, the true positive rate is scaled by the fraction
/// of stretches flagged at all (existence), and the areas of all widths are averaged. Thresholds are
/// `thresholds` evenly spaced ranks of the scores.
package struct VolumeUnderSurface: Sendable, Equatable {
  /// Mean area under the range-aware ROC curve.
  package let vusROC: Double
  /// Mean area under the range-aware precision-recall curve.
  package let vusPR: Double
  /// The largest width of the softened labels, in rows.
  package let window: Int

  /// Computes both volumes for `scores` and `labels`, `[rows]` in time order.
  ///
  /// Nil when the labels hold one class only. NaN is the highest score. Time is O(n log n) plus
  /// window times the rows within half a window of a stretch; memory is O(n).
  package init?(scores: [Float], labels: [Bool], window: Int, thresholds: Int = 250) {
    precondition(
      scores.count == labels.count,
      "VolumeUnderSurface: \(scores.count) scores, \(labels.count) labels")
    precondition(window >= 0, "window must be 0 or more, got \(window)")
    precondition(thresholds >= 2, "thresholds must be 2 or more, got \(thresholds)")
    guard labels.contains(true), labels.contains(false) else { return nil }
    var surface = RangeSurface(
      levels: ThresholdLevels(scores: scores, count: thresholds), labels: labels, window: window)
    var (roc, pr) = (0.0, 0.0)
    for width in 0...window {
      let areas = surface.areas(width: width)
      roc += areas.roc
      pr += areas.pr
    }
    (vusROC, vusPR) = (roc / Double(window + 1), pr / Double(window + 1))
    self.window = window
  }
}

/// Each row's level: the first of the descending thresholds that flags it.
struct ThresholdLevels {
  /// The level of each row, `[rows]`, 0 for the most abnormal.
  let level: [Int32]
  /// The number of thresholds.
  let count: Int

  /// Takes `count` thresholds at evenly spaced ranks of the scores, the lowest score last.
  init(scores: [Float], count: Int) {
    let ranks = scores.map(rankBits)
    let sorted = ranks.sorted(by: >)
    let step = Double(max(scores.count - 1, 0)) / Double(count - 1)
    let cuts = (0..<count).map { index in
      index == count - 1 ? sorted[sorted.count - 1] : sorted[Int(Double(index) * step)]
    }
    level = ranks.map { rank in Int32(ThresholdLevels.firstCut(notAbove: rank, in: cuts)) }
    self.count = count
  }

  /// The number of `rows` that each threshold flags, `[count]`.
  func flagged(among rows: some Sequence<Int>) -> [Double] {
    var counts = [Double](repeating: 0, count: count)
    for row in rows { counts[Int(level[row])] += 1 }
    return runningSums(counts)
  }

  private static func firstCut(notAbove rank: UInt32, in cuts: [UInt32]) -> Int {
    var (low, high) = (0, cuts.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cuts[middle] <= rank { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// The cumulative sums of `terms`.
func runningSums(_ terms: [Double]) -> [Double] {
  var (sums, total) = (terms, 0.0)
  for index in sums.indices {
    total += sums[index]
    sums[index] = total
  }
  return sums
}
