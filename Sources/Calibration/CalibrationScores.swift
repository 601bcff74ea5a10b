/// Scores of normal rows that were not used for fitting, sorted: the measure of what is usual.
///
/// Up to 20,000 scores are kept exactly. Beyond that the largest 10,000 are kept exactly and the
/// rest by 10,000 evenly spaced ranks; counts then err towards more, hence p-values towards caution.
package struct CalibrationScores: Sendable, Equatable {
  /// Number of scores calibrated on, kept or not.
  package let count: Int
  /// The kept scores, rising, all finite.
  package let kept: [Float]

  /// Below or at this count nothing is dropped.
  package static let exactLimit = 20_000
  /// Of more scores, so many of the largest stay exact.
  package static let exactTail = 10_000

  /// More scores than this are no true count.
  private static let largestCount = 1 << 50

  /// Sorts and keeps `scores` in any order; NaN and infinities become the largest finite number.
  package init(_ scores: [Float]) {
    let sorted = scores.map(CalibrationScores.clamped).sorted()
    count = sorted.count
    kept = (0..<CalibrationScores.keptCount(of: sorted.count)).map { index in
      sorted[CalibrationScores.rank(ofKept: index, count: sorted.count)]
    }
  }

  /// Takes stored scores back, `kept` as this type gave them out.
  package init(kept: [Float], count: Int) throws(CalibrationError) {
    let expected = CalibrationScores.keptCount(of: count)
    guard count >= 0, count <= CalibrationScores.largestCount, kept.count == expected else {
      throw .storedCount(kept: kept.count, expected: max(expected, 0))
    }
    for (index, score) in kept.enumerated() {
      guard score.isFinite, index == 0 || kept[index - 1] <= score else {
        throw .storedOrder(index: index)
      }
    }
    (self.count, self.kept) = (count, kept)
  }

  /// How many scores are at least `score`: exact, or too many by one gap between kept ranks.
  ///
  /// NaN and plus infinity are above all scores: 0. O(log n).
  package func count(atLeast score: Float) -> Int {
    guard score < .infinity else { return 0 }
    let below = firstKept { $0 >= score }
    return below == 0 ? count : count - 1 - rank(below - 1)
  }

  /// The smallest kept score that at most `count` scores reach; `atMost` is 1 or more.
  package func largest(_ atMost: Int) -> Float {
    precondition(atMost >= 1 && atMost <= count, "largest: rank \(atMost) of \(count) scores")
    var (low, high) = (0, kept.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if rank(middle) >= count - atMost { high = middle } else { low = middle + 1 }
    }
    return kept[low]
  }

  /// The quantile at `fraction` (0 to 1), interpolated between neighbouring scores.
  package func quantile(_ fraction: Double) -> Float {
    precondition(!kept.isEmpty, "quantile of no scores")
    let position = fraction * Double(count - 1)
    let upper = min(max(firstIndex { Double(rank($0)) >= position }, 0), kept.count - 1)
    let lower = max(upper - 1, 0)
    let (low, high) = (Double(rank(lower)), Double(rank(upper)))
    guard high > low, position < high else { return kept[upper] }
    let share = (position - low) / (high - low)
    return Float(Double(kept[lower]) * (1 - share) + Double(kept[upper]) * share)
  }

  /// Rank among all scores of the kept score at `index`, 0 for the smallest.
  private func rank(_ index: Int) -> Int {
    CalibrationScores.rank(ofKept: index, count: count)
  }

  private func firstKept(where isReached: (Float) -> Bool) -> Int {
    firstIndex { isReached(kept[$0]) }
  }

  /// First kept index from which on `isReached` holds; the number kept if nowhere.
  private func firstIndex(where isReached: (Int) -> Bool) -> Int {
    var (low, high) = (0, kept.count)
    while low < high {
      let middle = (low + high) / 2
      if isReached(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private static func clamped(_ score: Float) -> Float {
    if score.isNaN { return .greatestFiniteMagnitude }
    return min(max(score, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
  }

  private static func keptCount(of count: Int) -> Int { min(count, exactLimit) }

  private static func rank(ofKept index: Int, count: Int) -> Int {
    guard count > exactLimit else { return index }
    let thinned = exactLimit - exactTail
    guard index < thinned else { return index + count - exactLimit }
    let (whole, rest) = (count - exactTail).quotientAndRemainder(dividingBy: thinned)
    return index * whole + index * rest / thinned
  }
}
