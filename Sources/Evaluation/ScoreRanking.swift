/// The rows of one score, counted by label.
package struct TiedRows: Sendable, Equatable {
  /// The score that these rows have in common.
  package let score: Float
  /// How many of them are labelled normal.
  package let normal: Int
  /// How many of them are labelled anomalous.
  package let anomalous: Int
}

/// Labelled scores in descending order, ties grouped: all that a ranking metric depends on.
///
/// A higher score is more abnormal, and NaN ranks above every number, infinity included.
/// O(n log n) in rows.
package struct ScoreRanking: Sendable, Equatable {
  /// Groups of equal score, the most abnormal first.
  package let ties: [TiedRows]
  /// Number of rows labelled normal.
  package let normal: Int
  /// Number of rows labelled anomalous.
  package let anomalous: Int

  /// Ranks `scores` with `labels` (true is anomalous), both `[rows]`.
  package init(scores: [Float], labels: [Bool]) {
    precondition(
      scores.count == labels.count, "ScoreRanking: \(scores.count) scores, \(labels.count) labels")
    let keys = zip(scores, labels).map { UInt64(rankBits($0)) << 1 | ($1 ? 1 : 0) }
    ties = ScoreRanking.gathered(keys.sorted(by: >))
    anomalous = labels.count { $0 }
    normal = labels.count - anomalous
  }

  /// The number of all rows.
  package var rows: Int { normal + anomalous }

  /// Whether both classes occur; ranking metrics are undefined otherwise.
  package var hasBothClasses: Bool { normal > 0 && anomalous > 0 }

  private static func gathered(_ keys: [UInt64]) -> [TiedRows] {
    var ties: [TiedRows] = []
    var start = 0
    while start < keys.count {
      let bits = keys[start] >> 1
      var (end, anomalous) = (start, 0)
      while end < keys.count, keys[end] >> 1 == bits {
        anomalous += Int(keys[end] & 1)
        end += 1
      }
      let score = score(ofRankBits: UInt32(truncatingIfNeeded: bits))
      ties.append(TiedRows(score: score, normal: end - start - anomalous, anomalous: anomalous))
      start = end
    }
    return ties
  }
}

/// Maps a score to an integer with the same order; both zeros are equal, NaN is the largest.
func rankBits(_ score: Float) -> UInt32 {
  guard !score.isNaN else { return .max }
  let bits = (score + 0).bitPattern  // turns -0 into 0
  return bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
}

/// The score that has these `rankBits`.
func score(ofRankBits bits: UInt32) -> Float {
  guard bits != .max else { return .nan }
  return Float(bitPattern: bits >> 31 == 1 ? bits & 0x7FFF_FFFF : ~bits)
}
