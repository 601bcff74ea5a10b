import Compute

extension NeighborView {
  /// Rows that nothing has been measured against yet.
  init(unfitted exemplars: Matrix, options: Options) {
    let none = [Float](repeating: 0, count: exemplars.rows)
    let neutral = LogScale(mean: 0, deviation: 1)
    self.init(
      exemplars: exemplars, options: options, localReference: none, empiricalReference: none,
      mixture: Mixture(
        localScale: neutral, empiricalScale: neutral, localWeight: Float(TableRecipe.localWeight),
        empiricalWeight: Float(TableRecipe.empiricalWeight), viewWeight: 1))
  }

  /// Rows that nothing has been measured against yet, with the noise of the empirical denoiser lowered
  /// where they are so dense that it would blur them: to half of what usually parts a row from its near
  /// neighbours.
  init(loweringNoiseFor exemplars: Matrix) {
    var options = Options()
    let spacing = Self.spacing(of: exemplars)
    if spacing > 0 { options.empiricalSigma = min(options.empiricalSigma, spacing / 2) }
    self.init(unfitted: exemplars, options: options)
  }

  /// The median distance of some rows to a near neighbour.
  private static func spacing(of rows: Matrix) -> Float {
    var stream = RandomStream(seed: 0, stream: 0x7370)
    let picked = stream.sample(TableRecipe.spacingRows, of: rows.rows)
    let count = min(TableRecipe.spacingNeighbors, rows.rows - 1)
    let near = NearestRows(rows).neighbors(
      of: rows.selecting(rows: picked), count: count, excluding: picked.map { Int32($0) })
    let squares = picked.indices.map { near.squaredDistances[($0 + 1) * count - 1] }
    return max(0, squares.sorted()[squares.count / 2]).squareRoot()
  }

  /// Sets the floors to a share of what is usual for exemplars that have no equals, each against the
  /// others, and returns these with the floors under them.
  mutating func floor(by raw: Logarithms) -> Logarithms {
    mixture.localFloor = TableRecipe.floorShare * Self.median(of: raw.local)
    mixture.empiricalFloor = TableRecipe.floorShare * Self.median(of: raw.empirical)
    var floored = raw
    floored.local = raw.local.map { logResidual(Self.residual($0), floor: mixture.localFloor) }
    floored.empirical = raw.empirical.map {
      logResidual(Self.residual($0), floor: mixture.empiricalFloor)
    }
    return floored
  }

  /// Of the residuals that are above rounding; 0 if there is none.
  private static func median(of logarithms: [Float]) -> Float {
    let sorted = logarithms.map(residual).filter { $0 > 1e-8 }.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  /// The residual behind a logarithm without a floor.
  private static func residual(_ logarithm: Float) -> Float {
    Float(max(0, exponential(Double(logarithm)) - TableRecipe.leastResidual))
  }

  /// Keeps the residuals of the exemplars, each against the others.
  mutating func refer(to raw: Logarithms) {
    (localReference, empiricalReference) = (raw.local, raw.empirical)
  }

  /// Learns the scales from what is usual for baseline rows; returns theirs, corrected.
  mutating func learn(from usual: Logarithms) -> Logarithms {
    let corrected = corrected(usual)
    mixture.localScale = LogScale.fit(to: corrected.local)
    mixture.empiricalScale = LogScale.fit(to: corrected.empirical)
    return corrected
  }

  /// Sets the weights by how well each residual, and the view as a whole, tells stand-ins with broken
  /// dependences from the rows they were made of.
  mutating func weigh(normal: Logarithms, broken: Logarithms) {
    let (normal, broken) = (corrected(normal), corrected(broken))
    let local = separation(of: broken.local, from: normal.local)
    let empirical = separation(of: broken.empirical, from: normal.empirical)
    let best = max(local, empirical)
    let shares = (
      TableRecipe.localWeight * exponential((local - best) / TableRecipe.residualTemperature),
      TableRecipe.empiricalWeight
        * exponential((empirical - best) / TableRecipe.residualTemperature)
    )
    mixture.localWeight = Float(shares.0 / (shares.0 + shares.1))
    mixture.empiricalWeight = 1 - mixture.localWeight
    let whole = separation(of: scores(broken), from: scores(normal))
    mixture.viewWeight = Float(exponential((whole - 1) / TableRecipe.viewTemperature))
  }
}

extension NeighborView.Logarithms {
  /// Those of runs of rows, one after the other; only the neighbours that are asked again stay.
  static func joined(_ parts: [Self], neighbors count: Int) -> Self {
    Self(
      local: parts.flatMap(\.local), empirical: parts.flatMap(\.empirical),
      neighbors: .joined(parts.map { $0.neighbors.prefix(count) }), reconstruction: nil)
  }
}

/// Stand-in anomalies: baseline rows with some columns taken from another row.
///
/// Each column still looks normal, their dependence is broken.
struct Probe: Sendable {
  /// Baseline rows and their broken twins in every view; row i of both comes from `origins[i]`.
  let normal, broken: [Matrix]
  let origins: [Int]

  /// Breaks some baseline rows.
  ///
  /// * `exemplars`: every view of the baseline rows.
  /// * `groups`: the features of each column.
  init(_ exemplars: [Matrix], groups: [Range<Int>], seed: UInt64) {
    var stream = RandomStream(seed: seed, stream: 0x7072)
    let rows = exemplars.first?.rows ?? 0
    origins = stream.sample(TableRecipe.probes, of: rows)
    normal = exemplars.map { [origins] in $0.selecting(rows: origins) }
    var twins = normal
    for (place, origin) in origins.enumerated() {
      let other = (origin + 1 + stream.index(below: max(1, rows - 1))) % max(1, rows)
      let share = TableRecipe.probeShares[place % 2]
      let swapped = stream.sample(
        max(1, Int((share * Double(groups.count)).rounded())), of: groups.count)
      for view in twins.indices {
        let columns = exemplars[view].columns
        for feature in swapped.lazy.flatMap({ groups[$0] }) {
          twins[view].values[place * columns + feature] =
            exemplars[view].values[other * columns + feature]
        }
      }
    }
    broken = twins
  }
}
