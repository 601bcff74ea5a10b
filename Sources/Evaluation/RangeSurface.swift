/// Range-aware ROC and precision-recall areas of one series for any width of softened labels.
///
/// Widths must be requested in ascending order: the margins around stretches only ever grow.
struct RangeSurface {
  private let levels: ThresholdLevels
  private let stretches: [ClosedRange<Int>]
  private let nearRows: [NearRow]
  private let flagged: [Double]  // rows flagged by each threshold
  private let hits: [Double]  // anomalous ones among them
  private let rows, anomalous: Double
  private var reach = 0  // half width of the margins included in `firstTouch`
  private var firstTouch: [Int32]  // per stretch: first level that flags a row of it or its margins

  /// Prepares the surface of `labels` (both classes present) for widths up to `window`.
  init(levels: ThresholdLevels, labels: [Bool], window: Int) {
    self.levels = levels
    stretches = segments(of: labels)
    nearRows = NearRow.all(around: stretches, levels: levels.level, within: window / 2)
    flagged = levels.flagged(among: labels.indices)
    hits = levels.flagged(among: labels.indices.lazy.filter { labels[$0] })
    rows = Double(labels.count)
    anomalous = Double(labels.count { $0 })
    firstTouch = stretches.map { levels.level[$0].min() ?? 0 }
  }

  /// Areas under the two range-aware curves when labels are softened over `width` rows.
  mutating func areas(width: Int) -> (roc: Double, pr: Double) {
    let soft = softHits(width: width)
    let existence = existenceRates(half: width / 2)
    var (roc, pr, lastTPR, lastFPR) = (0.0, 0.0, 0.0, 0.0)
    for index in 0..<levels.count {
      let truePositives = hits[index] + soft[index]
      let positives = anomalous + soft[index] / 2
      let tpr = min(truePositives / positives, 1) * existence[index]
      let fpr = (flagged[index] - truePositives) / (rows - positives)
      roc += (fpr - lastFPR) * (tpr + lastTPR) / 2
      pr += (tpr - lastTPR) * truePositives / flagged[index]
      (lastTPR, lastFPR) = (tpr, fpr)
    }
    return (roc + (1 - lastFPR) * (1 + lastTPR) / 2, pr)
  }

  /// Soft label mass outside the stretches that each threshold flags.
  private func softHits(width: Int) -> [Double] {
    let half = width / 2
    let weights = (0...half).map { (1 - Double($0) / Double(max(width, 1))).squareRoot() }
    var mass = [Double](repeating: 0, count: levels.count)
    for row in nearRows where row.nearest <= half {
      // Two stretches in reach give at least 0.7 each, and the sum is capped at 1.
      mass[Int(row.level)] += row.second <= half ? 1 : weights[Int(row.nearest)]
    }
    return runningSums(mass)
  }

  /// For each threshold, the fraction of softened stretches in which it flags a row.
  private mutating func existenceRates(half: Int) -> [Double] {
    widenTouch(to: half)
    var counts = [Double](repeating: 0, count: levels.count)
    var (groups, touch) = (0.0, firstTouch[0])
    for index in stretches.indices {
      touch = min(touch, firstTouch[index])
      let isLast = index + 1 == stretches.count
      let ends =
        isLast || stretches[index].upperBound + half < stretches[index + 1].lowerBound - half
      guard ends else { continue }  // margins meet: one softened stretch
      counts[Int(touch)] += 1
      groups += 1
      touch = isLast ? touch : firstTouch[index + 1]
    }
    return runningSums(counts).map { $0 / groups }
  }

  /// Extends `firstTouch` to margins of `half` rows on both sides.
  private mutating func widenTouch(to half: Int) {
    while reach < half {
      reach += 1
      for (index, stretch) in stretches.enumerated() {
        let (before, after) = (stretch.lowerBound - reach, stretch.upperBound + reach)
        if before >= 0 { firstTouch[index] = min(firstTouch[index], levels.level[before]) }
        if after < levels.level.count {
          firstTouch[index] = min(firstTouch[index], levels.level[after])
        }
      }
    }
  }
}

/// A row outside all stretches but near one, with its distances to the nearest two in rows.
private struct NearRow {
  let nearest: Int32
  let second: Int32
  let level: Int32

  /// The rows within `half` of a stretch, found gap by gap.
  static func all(
    around stretches: [ClosedRange<Int>], levels: [Int32], within half: Int
  ) -> [NearRow] {
    var near: [NearRow] = []
    for gap in 0...stretches.count {
      let start = gap > 0 ? stretches[gap - 1].upperBound + 1 : 0
      let end = gap < stretches.count ? stretches[gap].lowerBound : levels.count
      for row in start..<end where row - start < half || end - row <= half {
        let found = NearRow(row: row, gap: gap, stretches: stretches, level: levels[row])
        if Int(found.nearest) <= half { near.append(found) }
      }
    }
    return near
  }

  /// Measures from `row` in the gap before stretch `gap`.
  private init(row: Int, gap: Int, stretches: [ClosedRange<Int>], level: Int32) {
    func behind(_ index: Int) -> Int32 {
      index >= 0 ? Int32(clamping: row - stretches[index].upperBound) : .max
    }
    func ahead(_ index: Int) -> Int32 {
      index < stretches.count ? Int32(clamping: stretches[index].lowerBound - row) : .max
    }
    let (left, right) = (behind(gap - 1), ahead(gap))
    nearest = min(left, right)
    second = left <= right ? min(behind(gap - 2), right) : min(left, ahead(gap + 1))
    self.level = level
  }
}
