/// The sorted scores of normal rows that were not used for fitting: the reference distribution.
///
/// Up to 20,000 scores are kept exactly. Beyond that the largest 10,000 are kept exactly and the
/// others at 10,000 evenly spaced ranks; counts then err upwards, hence p-values on the safe side.
package struct CalibrationScores: Sendable, Equatable {
  /// The number of scores calibrated on, kept or not.
  package let count: Int
  /// The kept scores, ascending, all finite.
  package let kept: [Float]

  /// Up to this count all scores are kept.
  package static let exactLimit = 20_000
  /// The number of largest scores kept exactly when there are more than `exactLimit`.
  package static let exactTail = 10_000

  /// The largest count believed of a stored file.
  private static let largestCount = 1 << 50

  /// Sorts and thins `scores`, NaN and plus infinity as the largest finite number; O(n log n).
  package init(_ scores: [Float]) {
    let sorted = scores.map(CalibrationScores.clamped).sorted()
    count = sorted.count
    kept = (0..<CalibrationScores.keptCount(of: sorted.count)).map { index in
      sorted[CalibrationScores.rank(ofKept: index, count: sorted.count)]
    }
  }

  /// Restores stored scores; throws `storedCount` or `storedOrder` for what this type cannot have kept.
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

  /// The number of scores of at least `score`: exact, or too large by up to a gap between kept ranks.
  ///
  /// NaN and plus infinity are above all scores: 0. O(log n).
  package func count(atLeast score: Float) -> Int {
    guard score < .infinity else { return 0 }
    let below = firstKept { $0 >= score }
    return below == 0 ? count : count - 1 - rank(below - 1)
  }

  /// The score of rank `atMost` from the top, 1 being the largest; among thinned scores the next kept
  /// one above it.
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
    let weight = (position - low) / (high - low)
    return Float(Double(kept[lower]) * (1 - weight) + Double(kept[upper]) * weight)
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
