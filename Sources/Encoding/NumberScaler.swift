import Compute

/// Three scalings (views) of one numeric column, fitted on the baseline: standard, robust, quantile.
///
/// Each suits other columns: the standard view (mean 0, deviation 1) preserves linear correlations, the
/// robust one (median and interquartile range) keeps outliers from compressing the rest, the quantile
/// one (normal scores of the ranks) unfolds heavy tails. Encoded values are always finite.
package struct NumberScaler: Sendable, Equatable {
  /// The number of views.
  package static let viewCount = 3
  /// Encoded values are clipped to ± this; rows beyond it rank at the top anyway.
  static let bound = 1e6
  /// Normal scores are clipped to ± this: a few baseline rows cannot support finer ranks.
  static let normalBound = 3.5
  /// The most points at which the quantile function is stored.
  static let mostKnots = 1000

  /// Mean and population deviation of the baseline, in the column's unit; never overflowing.
  package let mean, deviation: Double
  /// The baseline's median, which is imputed for missing cells.
  package let median: Double
  /// Median and scaled interquartile range (IQR / 1.349, a normal deviation), in standard units.
  package let robustCenter, robustWidth: Double
  /// Mean and deviation of the baseline's normal scores, which standardise them.
  package let normalMean, normalDeviation: Double
  /// For a constant column, the distance of any other value in encoded units, sqrt(rows + 1); else nil.
  package let novelty: Double?
  /// The baseline's quantile function at equally spaced ranks, ascending, 2 to `mostKnots` values.
  package let knots: [Double]

  /// Fits all views to the baseline's cells, NaN being missing; nil when all are missing.
  ///
  /// O(n log n). Values near the largest double do not overflow.
  package static func fit(to values: [Double]) -> NumberScaler? {
    let sorted = values.filter { !$0.isNaN }.sorted()
    guard let least = sorted.first, let greatest = sorted.last else { return nil }
    let (mean, deviation) = scaledMoments(of: sorted)
    let count = min(mostKnots, max(2, sorted.count))
    let knots = (0..<count).map { quantile(ofSorted: sorted, Double($0) / Double(count - 1)) }
    let constant = least == greatest || !(deviation > 0)
    func distance(_ a: Double, _ b: Double) -> Double {
      (a / 2 - b / 2) / deviation * 2  // halved: the difference itself may overflow
    }
    let robust =
      distance(quantile(ofSorted: sorted, 0.75), quantile(ofSorted: sorted, 0.25)) / 1.349
    let center = constant ? 0 : distance(quantile(ofSorted: sorted, 0.5), mean)
    let draft = NumberScaler(
      mean: constant ? least : mean, deviation: constant ? 1 : deviation,
      median: quantile(ofSorted: sorted, 0.5), robustCenter: center,
      robustWidth: robust > 0.05 ? robust : 1, normalMean: 0, normalDeviation: 1,
      novelty: constant ? Double(sorted.count + 1).squareRoot() : nil, knots: knots)
    return constant ? draft : draft.standardizingNormals(of: sorted)
  }

  /// Mean and deviation, computed on values scaled to -1...1 so that squares cannot overflow.
  private static func scaledMoments(of sorted: [Double]) -> (Double, Double) {
    let most = max(abs(sorted.first ?? 0), abs(sorted.last ?? 0))
    guard most > 0 else { return (0, 0) }
    let moments = Moments(of: sorted.lazy.map { $0 / most })
    return (moments.mean * most, moments.deviation * most)
  }

  /// The same scaler with mean and deviation of the baseline's normal scores filled in.
  private func standardizingNormals(of sorted: [Double]) -> NumberScaler {
    let moments = Moments(of: sorted.lazy.map { self.normal($0) })
    return NumberScaler(
      mean: mean, deviation: deviation, median: median, robustCenter: robustCenter,
      robustWidth: robustWidth, normalMean: moments.mean,
      normalDeviation: moments.deviation > 0 ? moments.deviation : 1, novelty: novelty,
      knots: knots)
  }

  package init(
    mean: Double, deviation: Double, median: Double, robustCenter: Double, robustWidth: Double,
    normalMean: Double, normalDeviation: Double, novelty: Double?, knots: [Double]
  ) {
    (self.mean, self.deviation, self.median) = (mean, deviation, median)
    (self.robustCenter, self.robustWidth) = (robustCenter, robustWidth)
    (self.normalMean, self.normalDeviation) = (normalMean, normalDeviation)
    (self.novelty, self.knots) = (novelty, knots)
  }
}

extension NumberScaler {
  /// The standard view of a value, (x - mean) / deviation; NaN (missing) is encoded as the median.
  package func standard(_ value: Double) -> Float {
    let x = value.isNaN ? median : value
    if let novelty { return Float(x == mean ? 0 : (x > mean ? novelty : -novelty)) }
    return Self.bounded(x / deviation - mean / deviation)
  }

  /// The three encoded views of a value; NaN (missing) is encoded as the median.
  package func encode(_ value: Double) -> (standard: Float, robust: Float, quantile: Float) {
    let standard = standard(value)
    guard novelty == nil else { return (standard, standard, standard) }
    let x = value.isNaN ? median : value
    let robust = (x / deviation - mean / deviation - robustCenter) / robustWidth
    let unfolded = (normal(x) - normalMean) / normalDeviation + excess(x)
    return (standard, Self.bounded(robust), Self.bounded(unfolded))
  }

  /// The inverse of the standard view, in the column's unit.
  package func decode(standard z: Double) -> Double {
    novelty == nil ? z * deviation + mean : mean
  }

  /// The normal score of a value: the normal quantile of its rank; ties get their middle rank.
  private func normal(_ x: Double) -> Double {
    let below = knotCount { $0 < x }
    // Only where a knot equals the value do its lowest and highest rank differ.
    let isKnot = below < knots.count && knots[below] == x
    let p =
      isKnot
      ? (rank(x, above: below) + rank(x, above: knotCount { $0 <= x })) / 2 : rank(x, above: below)
    let lowest = 1e-7
    return min(
      Self.normalBound, max(-Self.normalBound, normalQuantile(min(1 - lowest, max(lowest, p)))))
  }

  /// The signed distance of a value outside the baseline's range, in standard units; 0 inside.
  ///
  /// Added to the quantile view, whose ranks alone cannot tell extremes from each other.
  private func excess(_ x: Double) -> Double {
    if let last = knots.last, x > last { return x / deviation - last / deviation }
    if let first = knots.first, x < first { return x / deviation - first / deviation }
    return 0
  }

  /// The number of knots below a value, by binary search for the end of those that `isBelow`.
  private func knotCount(where isBelow: (Double) -> Bool) -> Int {
    var (low, count) = (0, knots.count)
    // Compiles to conditional moves: branches on the value would be mispredicted half of the time.
    while count > 0 {
      let half = count / 2
      let passes = isBelow(knots[low + half])
      low = passes ? low + half + 1 : low
      count = passes ? count - half - 1 : half
    }
    return low
  }

  /// The fraction of the baseline below a value, 0...1, interpolated linearly between knots.
  ///
  /// * `count`: the knots counted as below the value, which decides between equal ones.
  private func rank(_ x: Double, above count: Int) -> Double {
    if count == 0 { return 0 }
    if count == knots.count { return 1 }
    let (below, above) = (knots[count - 1], knots[count])
    let fraction = above > below ? (x - below) / (above - below) : 0
    return (Double(count - 1) + fraction) / Double(knots.count - 1)
  }

  private static func bounded(_ value: Double) -> Float {
    value.isNaN ? Float(bound) : Float(min(bound, max(-bound, value)))
  }
}
