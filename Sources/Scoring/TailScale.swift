import Compute

/// Converts a value to its surprise -log p relative to the baseline's distribution: empirical up to a
/// high quantile, a generalized Pareto tail beyond.
package struct TailScale: Sendable, Equatable, Codable {
  /// The baseline's quantiles at equal steps from 0 to `body`, ascending.
  package let knots: [Float]
  /// Mean excess over the last knot, above 0: the scale of the tail.
  package let excess: Float
  /// The fraction of the baseline below the last knot, where the tail starts.
  package let body: Double

  /// Fits body and tail.
  ///
  /// * `values`: one for each baseline row, finite, at least one.
  /// * `body`: the fraction of values below the tail, 0..<1.
  package static func fit(to values: [Float], body: Double) -> TailScale {
    let sorted = values.map { Double($0) }.sorted()
    let last = SeriesRecipe.tailKnots - 1
    let knots = (0...last).map {
      Float(quantile(ofSorted: sorted, body * Double($0) / Double(last)))
    }
    let start = Double(knots[last])
    let beyond = Moments(of: sorted.lazy.filter { $0 > start }.map { $0 - start })
    let least = max(1e-9, 1e-3 * abs(start))
    return TailScale(knots: knots, excess: Float(max(beyond.mean, least)), body: body)
  }

  /// -log p, 0 or more, which never falls as the value rises; O(log knots).
  package func surprise(_ value: Float) -> Float {
    let start = knots[knots.count - 1]
    let tail = Float(-logarithm(1 - body))
    if value >= start {
      let x = Double(SeriesRecipe.tailShape * (value - start) / excess)
      return tail + Float(logarithm(onePlus: x)) / SeriesRecipe.tailShape
    }
    let low = partition(knots) { $0 <= value }
    guard low > 0 else { return 0 }
    let (below, above) = (knots[low - 1], knots[low])
    let fraction = above > below ? Double((value - below) / (above - below)) : 0
    let rank = body * (Double(low - 1) + fraction) / Double(knots.count - 1)
    return Float(-logarithm(1 - rank))
  }
}

/// Exponential smoothing: the mean of the known values (not NaN) with weights exp(-|d| / tau) at a
/// distance of d rows.
///
/// Linear time. A `tau` of 0 returns the values unchanged.
///
/// * `outside`: the value assumed beyond both ends; nil for unknown.
/// * `isCausal`: whether only rows up to each row count, instead of those on both sides.
package func smoothed(
  _ values: [Float], tau: Double, outside: Float? = nil, isCausal: Bool = false
) -> [Float] {
  guard tau > 0, values.count > 1 else { return values }
  let decay = exponential(-1 / tau)
  var sums = values.map { $0.isNaN ? 0 : Double($0) }
  var weights = values.map { $0.isNaN ? 0.0 : 1 }
  let (known, ones) = (sums, weights)
  let beyond = outside == nil ? 0 : decay / (1 - decay)
  let around = (beyond * Double(outside ?? 0), beyond)
  var (sum, weight) = around
  for index in values.indices {
    sums[index] += sum
    weights[index] += weight
    (sum, weight) = (decay * (sum + known[index]), decay * (weight + ones[index]))
  }
  (sum, weight) = around
  for index in isCausal ? [].reversed() : values.indices.reversed() {
    sums[index] += sum
    weights[index] += weight
    (sum, weight) = (decay * (sum + known[index]), decay * (weight + ones[index]))
  }
  return zip(sums, weights).map { Float($0 / $1) }
}

extension TailScale {
  /// Whether a scale read from a file is valid: ascending finite knots, a positive tail.
  package var isUsable: Bool {
    !knots.isEmpty && body > 0 && body < 1 && excess > 0 && excess.isFinite
      && knots.allSatisfy(\.isFinite)
      && zip(knots, knots.dropFirst()).allSatisfy { $0 <= $1 }
  }
}
