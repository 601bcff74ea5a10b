import Compute

/// Three views of one numeric column, fitted on the baseline: standard, robust and quantile.
///
/// Each view is right for other columns: the standard one keeps correlations, the robust one does not
/// let a few large values squeeze the rest, the quantile one unfolds heavy tails.
package struct NumberScaler: Sendable, Equatable {
  /// The number of views.
  package static let viewCount = 3
  /// Encoded values beyond this are cut; their rows rank at the top anyway.
  static let bound = 1e6
  /// Normal quantiles beyond this are cut.
  static let normalBound = 3.5
  /// Points of the quantile function that are kept.
  static let mostKnots = 1000

  package let mean, deviation: Double
  /// The value that stands in for a missing cell: the baseline's median.
  package let median: Double
  /// Center and width of the robust view, in standard units.
  package let robustCenter, robustWidth: Double
  /// Mean and deviation of the normal quantiles of the baseline.
  package let normalMean, normalDeviation: Double
  /// For a column of one value: how far a new value lies from it, in encoded units; else nil.
  package let novelty: Double?
  /// The baseline's quantile function at equal steps of rank, ascending.
  package let knots: [Double]

  /// Fits all views to the baseline's cells; NaN is missing, and nil comes back when all are.
  package static func fit(to values: [Double]) -> NumberScaler? {
    let sorted = values.filter { !$0.isNaN }.sorted()
    guard let least = sorted.first, let greatest = sorted.last else { return nil }
    let (mean, deviation) = scaledMoments(of: sorted)
    let count = min(mostKnots, max(2, sorted.count))
    let knots = (0..<count).map { quantile(ofSorted: sorted, Double($0) / Double(count - 1)) }
    let constant = least == greatest || !(deviation > 0)
    func distance(_ a: Double, _ b: Double) -> Double {
      (a / 2 - b / 2) / deviation * 2  // halved, for the difference may be beyond all doubles
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

  /// Mean and deviation without overflow, whatever the magnitude.
  private static func scaledMoments(of sorted: [Double]) -> (Double, Double) {
    let most = max(abs(sorted.first ?? 0), abs(sorted.last ?? 0))
    guard most > 0 else { return (0, 0) }
    let moments = Moments(of: sorted.lazy.map { $0 / most })
    return (moments.mean * most, moments.deviation * most)
  }

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
  /// The standard view of a value; NaN (missing) is encoded as the median.
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

  /// The value behind an encoded number of the standard view.
  package func decode(standard z: Double) -> Double {
    novelty == nil ? z * deviation + mean : mean
  }

  /// The normal quantile of the value's rank in the baseline; ties get their middle rank.
  private func normal(_ x: Double) -> Double {
    let place = place(of: x) { $0 < x }
    // Both ranks are one where no knot equals the value.
    let isKnot = place < knots.count && knots[place] == x
    let p =
      isKnot
      ? (rank(x, at: place) + rank(x, at: self.place(of: x) { $0 <= x })) / 2 : rank(x, at: place)
    let lowest = 1e-7
    return min(
      Self.normalBound, max(-Self.normalBound, normalQuantile(min(1 - lowest, max(lowest, p)))))
  }

  /// How far beyond the baseline's range the value lies, in standard units, signed.
  private func excess(_ x: Double) -> Double {
    if let last = knots.last, x > last { return x / deviation - last / deviation }
    if let first = knots.first, x < first { return x / deviation - first / deviation }
    return 0
  }

  /// How many knots are passed by on the way up to the value.
  private func place(of x: Double, isPassed: (Double) -> Bool) -> Int {
    var (low, count) = (0, knots.count)
    // Halves without a branch on the value, which nobody could foretell.
    while count > 0 {
      let half = count / 2
      let passes = isPassed(knots[low + half])
      low = passes ? low + half + 1 : low
      count = passes ? count - half - 1 : half
    }
    return low
  }

  /// The share of the baseline below the value, linear between knots; `low` knots are passed: among
  /// equal knots the first one ends the way, or the last one when coming from above.
  private func rank(_ x: Double, at low: Int) -> Double {
    if low == 0 { return 0 }
    if low == knots.count { return 1 }
    let (below, above) = (knots[low - 1], knots[low])
    let share = above > below ? (x - below) / (above - below) : 0
    return (Double(low - 1) + share) / Double(knots.count - 1)
  }

  private static func bounded(_ value: Double) -> Float {
    value.isNaN ? Float(bound) : Float(min(bound, max(-bound, value)))
  }
}
