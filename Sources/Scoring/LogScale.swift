import Compute

/// The distribution of a log residual l over normal rows, which standardizes it:
/// z = (l - mean) / (deviation + 0.001).
package struct LogScale: Sendable, Equatable, Codable {
  package let mean, deviation: Double

  package init(mean: Double, deviation: Double) {
    (self.mean, self.deviation) = (mean, deviation)
  }

  /// Fits mean and deviation to the log residuals of left-out normal rows.
  package static func fit(to logarithms: [Float]) -> LogScale {
    let moments = Moments(of: logarithms.lazy.map { Double($0) })
    return LogScale(mean: moments.mean, deviation: moments.deviation)
  }

  /// The standardized log residual; about 0 with deviation 1 on normal rows.
  package func z(_ logarithm: Float) -> Float {
    Float((Double(logarithm) - mean) / (deviation + TableRecipe.leastDeviation))
  }
}

/// The logarithm ln(t + 1e-9 + floor), finite for any finite residual t >= 0.
func logResidual(_ residual: Float, floor: Float = 0) -> Float {
  Float(logarithm(Double(residual) + TableRecipe.leastResidual + Double(floor)))
}

/// The area under the ROC curve of two samples: the probability that an element of `higher` exceeds one
/// of `lower`, ties counting half (Mann and Whitney 1947).
///
/// 1/2 when either is empty. O(n log n).
func separation(of higher: [Float], from lower: [Float]) -> Double {
  guard !higher.isEmpty, !lower.isEmpty else { return 0.5 }
  let sorted = lower.sorted()
  var wins = 0.0
  for value in higher {
    let below = partition(sorted) { $0 < value }
    let notAbove = partition(sorted) { $0 <= value }
    wins += Double(below + notAbove) / 2
  }
  return wins / (Double(higher.count) * Double(lower.count))
}

/// The number of leading elements that satisfy the predicate, by binary search.
func partition(_ sorted: [Float], _ holds: (Float) -> Bool) -> Int {
  var (low, high) = (0, sorted.count)
  while low < high {
    let middle = (low + high) / 2
    if holds(sorted[middle]) { low = middle + 1 } else { high = middle }
  }
  return low
}
