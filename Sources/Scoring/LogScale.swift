import Compute

/// What is usual for the logarithm of a residual on normal rows: z = (l - mean) / (deviation + 0.001).
package struct LogScale: Sendable, Equatable, Codable {
  package let mean, deviation: Double

  package init(mean: Double, deviation: Double) {
    (self.mean, self.deviation) = (mean, deviation)
  }

  /// Mean and deviation of logarithms of left-out normal rows.
  package static func fit(to logarithms: [Float]) -> LogScale {
    let moments = Moments(of: logarithms.lazy.map { Double($0) })
    return LogScale(mean: moments.mean, deviation: moments.deviation)
  }

  package func z(_ logarithm: Float) -> Float {
    Float((Double(logarithm) - mean) / (deviation + TableRecipe.leastDeviation))
  }
}

/// ln(t + 1e-9 + floor): finite for any finite residual t >= 0.
func logResidual(_ residual: Float, floor: Float = 0) -> Float {
  Float(logarithm(Double(residual) + TableRecipe.leastResidual + Double(floor)))
}

/// The probability that a number of `higher` exceeds one of `lower`, ties counting half (Mann and
/// Whitney 1947); 1/2 when either is empty.
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

/// The number of leading elements that satisfy the predicate, by halving.
func partition(_ sorted: [Float], _ holds: (Float) -> Bool) -> Int {
  var (low, high) = (0, sorted.count)
  while low < high {
    let middle = (low + high) / 2
    if holds(sorted[middle]) { low = middle + 1 } else { high = middle }
  }
  return low
}
