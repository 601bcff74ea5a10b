/// Best F1 after point adjustment, always beside what random scores reach with it.
///
/// Point adjustment counts a whole anomalous stretch as found once any of its rows is flagged. On
/// long stretches random scores come close to 1 (Kim et al. 2022), so the figure alone means
/// nothing: the type holds both.
package struct PointAdjustedF1: Sendable, Equatable, Codable {
  /// Best point-adjusted F1 over all thresholds of the scores.
  package let pointAdjusted: Double
  /// The same for uniformly random scores, mean of five fixed draws.
  package let randomControl: Double

  /// Computes both for `scores` and `labels`, `[rows]` in time order; nil when none is anomalous.
  package init?(scores: [Float], labels: [Bool]) {
    precondition(
      scores.count == labels.count,
      "PointAdjustedF1: \(scores.count) scores, \(labels.count) labels")
    let stretches = segments(of: labels)
    guard !stretches.isEmpty else { return nil }
    pointAdjusted = bestAdjustedF1(scores.map(rankBits), labels, stretches)
    var generator = SplitMix64(state: 0)
    let controls = (0..<5).map { _ in
      bestAdjustedF1(labels.map { _ in generator.nextBits() }, labels, stretches)
    }
    randomControl = controls.reduce(0, +) / Double(controls.count)
  }

  private enum CodingKeys: String, CodingKey {
    case pointAdjusted = "point_adjusted_f1"
    case randomControl = "point_adjusted_f1_of_random_scores"
  }
}

/// Best F1 when flagging a stretch's highest row finds all of it; `ranks` rise with abnormality.
private func bestAdjustedF1(
  _ ranks: [UInt32], _ labels: [Bool], _ stretches: [ClosedRange<Int>]
) -> Double {
  var gains = zip(ranks, labels).filter { !$0.1 }.map { (rank: $0.0, found: 0) }
  for stretch in stretches {
    let peak = ranks[stretch].max() ?? 0
    gains.append((rank: peak, found: stretch.count))
  }
  gains.sort { $0.rank > $1.rank }
  let anomalous = stretches.reduce(0) { $0 + $1.count }
  var (hits, alarms, best) = (0, 0, 0.0)
  for (index, gain) in gains.enumerated() {
    hits += gain.found
    alarms += gain.found == 0 ? 1 : 0
    let tieEnds = index + 1 == gains.count || gains[index + 1].rank != gain.rank
    if tieEnds { best = max(best, 2 * Double(hits) / Double(anomalous + hits + alarms)) }
  }
  return best
}

/// Sebastiano Vigna's SplitMix64: the fixed draws of the random control.
private struct SplitMix64 {
  var state: UInt64

  mutating func nextBits() -> UInt32 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return UInt32(truncatingIfNeeded: (bits ^ (bits >> 31)) >> 32)
  }
}
