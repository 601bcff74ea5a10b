import Compute

extension NeighborView {
  /// A view before fitting: references of 0, neutral scales, a priori weights.
  init(unfitted exemplars: Matrix, options: Options) {
    let none = [Float](repeating: 0, count: exemplars.rows)
    let neutral = LogScale(mean: 0, deviation: 1)
    self.init(
      exemplars: exemplars, options: options, localReference: none, empiricalReference: none,
      mixture: Mixture(
        localScale: neutral, empiricalScale: neutral, localWeight: Float(TableRecipe.localWeight),
        empiricalWeight: Float(TableRecipe.empiricalWeight), viewWeight: 1))
  }

  /// A view before fitting, its empirical noise lowered where the exemplars are so dense that it would
  /// blur them: to half of the median distance to a near neighbour.
  init(loweringNoiseFor exemplars: Matrix) {
    var options = Options()
    let spacing = Self.spacing(of: exemplars)
    if spacing > 0 { options.empiricalSigma = min(options.empiricalSigma, spacing / 2) }
    self.init(unfitted: exemplars, options: options)
  }

  /// The median distance of sampled rows to a near neighbour, in encoded units.
  private static func spacing(of rows: Matrix) -> Float {
    var stream = RandomStream(seed: 0, stream: 0x7370)
    let picked = stream.sample(TableRecipe.spacingRows, of: rows.rows)
    let count = min(TableRecipe.spacingNeighbors, rows.rows - 1)
    let near = NearestRows(rows).neighbors(
      of: rows.selecting(rows: picked), count: count, excluding: picked.map { Int32($0) })
    let squares = picked.indices.map { near.squaredDistances[($0 + 1) * count - 1] }
    return max(0, squares.sorted()[squares.count / 2]).squareRoot()
  }

  /// Sets the residual floors to a fraction of the exemplars' median and applies them.
  ///
  /// * `raw`: the logarithms of the exemplars, each against the others; duplicates do not count for the
  ///   median.
  ///
  /// - Returns: the same with the floors added under the logarithm.
  mutating func floor(by raw: Logarithms) -> Logarithms {
    mixture.localFloor = TableRecipe.floorFraction * Self.median(of: raw.local)
    mixture.empiricalFloor = TableRecipe.floorFraction * Self.median(of: raw.empirical)
    var floored = raw
    floored.local = raw.local.map { logResidual(Self.residual($0), floor: mixture.localFloor) }
    floored.empirical = raw.empirical.map {
      logResidual(Self.residual($0), floor: mixture.empiricalFloor)
    }
    return floored
  }

  /// The median of the residuals above rounding error; 0 if there are none.
  private static func median(of logarithms: [Float]) -> Float {
    let sorted = logarithms.map(residual).filter { $0 > 1e-8 }.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  /// The inverse of `logResidual` without a floor.
  private static func residual(_ logarithm: Float) -> Float {
    Float(max(0, exponential(Double(logarithm)) - TableRecipe.leastResidual))
  }

  /// Stores the log residuals of the exemplars, each against the others, as references.
  mutating func refer(to raw: Logarithms) {
    (localReference, empiricalReference) = (raw.local, raw.empirical)
  }

  /// Fits the scales to the log residuals of baseline rows; returns these, corrected.
  mutating func learn(from usual: Logarithms) -> Logarithms {
    let corrected = corrected(usual)
    mixture.localScale = LogScale.fit(to: corrected.local)
    mixture.empiricalScale = LogScale.fit(to: corrected.empirical)
    return corrected
  }

  /// Weights both residuals, and the view as a whole, by how well they separate probes with broken
  /// dependences from the rows these were made of.
  ///
  /// A softmax of the areas under the curve, with the temperatures of `TableRecipe`.
  mutating func weigh(normal: Logarithms, broken: Logarithms) {
    let (normal, broken) = (corrected(normal), corrected(broken))
    let local = separation(of: broken.local, from: normal.local)
    let empirical = separation(of: broken.empirical, from: normal.empirical)
    let best = max(local, empirical)
    let weights = (
      TableRecipe.localWeight * exponential((local - best) / TableRecipe.residualTemperature),
      TableRecipe.empiricalWeight
        * exponential((empirical - best) / TableRecipe.residualTemperature)
    )
    mixture.localWeight = Float(weights.0 / (weights.0 + weights.1))
    mixture.empiricalWeight = 1 - mixture.localWeight
    let whole = separation(of: scores(broken), from: scores(normal))
    mixture.viewWeight = Float(exponential((whole - 1) / TableRecipe.viewTemperature))
  }
}

extension NeighborView.Logarithms {
  /// Concatenates the logarithms of runs of rows, keeping the `count` nearest neighbours of each row.
  static func joined(_ parts: [Self], neighbors count: Int) -> Self {
    Self(
      local: parts.flatMap(\.local), empirical: parts.flatMap(\.empirical),
      neighbors: .joined(parts.map { $0.neighbors.prefix(count) }), reconstruction: nil)
  }
}

/// Artificial anomalies (probes): baseline rows with some columns taken from another row.
///
/// Every column on its own remains normal; only the dependences between columns are broken.
struct Probe: Sendable {
  /// Baseline rows and their broken twins in every view; row i of both comes from `origins[i]`.
  let normal, broken: [Matrix]
  let origins: [Int]

  /// Breaks a sample of baseline rows.
  ///
  /// * `exemplars`: every view of the baseline rows.
  /// * `groups`: the features of each column.
  init(_ exemplars: [Matrix], groups: [Range<Int>], seed: UInt64) {
    var stream = RandomStream(seed: seed, stream: 0x7072)
    let rows = exemplars.first?.rows ?? 0
    origins = stream.sample(TableRecipe.probes, of: rows)
    normal = exemplars.map { [origins] in $0.selecting(rows: origins) }
    var twins = normal
    for (index, origin) in origins.enumerated() {
      let other = (origin + 1 + stream.index(below: max(1, rows - 1))) % max(1, rows)
      let fraction = TableRecipe.probeFractions[index % 2]
      let swapped = stream.sample(
        max(1, Int((fraction * Double(groups.count)).rounded())), of: groups.count)
      for view in twins.indices {
        let columns = exemplars[view].columns
        for feature in swapped.lazy.flatMap({ groups[$0] }) {
          twins[view].values[index * columns + feature] =
            exemplars[view].values[other * columns + feature]
        }
      }
    }
    broken = twins
  }
}
