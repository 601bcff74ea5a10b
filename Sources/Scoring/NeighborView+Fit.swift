import Compute

extension NeighborView {
  /// Keeps the rows and measures each against the others: the view, and what it says of each row.
  static func fit(to exemplars: Matrix, options: Options, workers: Int) async
    -> (view: NeighborView, leftOut: Logarithms)
  {
    let none = [Float](repeating: 0, count: exemplars.rows)
    let neutral = LogScale(mean: 0, deviation: 1)
    var view = NeighborView(
      exemplars: exemplars, options: options, localReference: none, empiricalReference: none,
      mixture: Mixture(
        localScale: neutral, empiricalScale: neutral, localWeight: 0.6, empiricalWeight: 0.4,
        viewWeight: 1))
    let all = Array(0..<exemplars.rows)
    let raw = await view.leftOut(all, correcting: false, workers: workers)
    (view.localReference, view.empiricalReference) = (raw.local, raw.empirical)
    let corrected = view.corrected(raw)
    view.mixture.localScale = LogScale.fit(to: corrected.local)
    view.mixture.empiricalScale = LogScale.fit(to: corrected.empirical)
    return (view, Logarithms(local: corrected.local, empirical: corrected.empirical))
  }

  /// The logarithms of some exemplars, each against all others.
  private func leftOut(_ rows: [Int], correcting: Bool, workers: Int) async -> LeftOut {
    let parts = chunks(of: rows.count)
    let pieces = await parallelMap(parts.count, workers: workers) { part in
      let chunk = parts[part].map { rows[$0] }
      let queries = self.exemplars.rows.selecting(rows: chunk)
        .padded(rows: 0..<chunk.count, to: chunkRows)
      let excluded =
        chunk.map { Int32($0) } + [Int32](repeating: -1, count: chunkRows - chunk.count)
      let found = self.logarithms(of: queries, excluding: excluded, correcting: correcting)
      let neighbors = found.neighbors
      let count = min(self.options.localCount, neighbors?.count ?? 0)
      return LeftOut(
        local: Array(found.local.prefix(chunk.count)),
        empirical: Array(found.empirical.prefix(chunk.count)),
        neighbors: (0..<chunk.count).flatMap { neighbors?.indices(of: $0).prefix(count) ?? [] },
        count: count)
    }
    return LeftOut(
      local: pieces.flatMap(\.local), empirical: pieces.flatMap(\.empirical),
      neighbors: pieces.flatMap(\.neighbors), count: pieces.first?.count ?? 0)
  }

  /// The same logarithms less the local share, without another search.
  private func corrected(_ raw: LeftOut) -> LeftOut {
    var result = raw
    let share = options.localShare / Float(max(1, raw.count))
    for row in raw.local.indices {
      for index in raw.neighbors[row * raw.count..<(row + 1) * raw.count] {
        result.local[row] -= share * localReference[Int(index)]
        result.empirical[row] -= share * empiricalReference[Int(index)]
      }
    }
    return result
  }

  private struct LeftOut: Sendable {
    var local, empirical: [Float]
    var neighbors: [Int32]
    var count: Int
  }

  /// Sets the weights by how well each residual, and the view as a whole, tells stand-ins with broken
  /// dependences from the rows they were made of.
  mutating func weigh(by probe: Probe, view: Int, workers: Int) async {
    let normal = await probed(probe.normal[view], probe, workers: workers)
    let broken = await probed(probe.broken[view], probe, workers: workers)
    let local = separation(of: broken.local, from: normal.local)
    let empirical = separation(of: broken.empirical, from: normal.empirical)
    let best = max(local, empirical)
    let shares = (
      0.6 * exponential((local - best) / 0.05), 0.4 * exponential((empirical - best) / 0.05)
    )
    mixture.localWeight = Float(shares.0 / (shares.0 + shares.1))
    mixture.empiricalWeight = 1 - mixture.localWeight
    let whole = separation(of: scores(broken), from: scores(normal))
    mixture.viewWeight = Float(exponential((whole - 1) / 0.1))
  }

  private func probed(_ rows: Matrix, _ probe: Probe, workers: Int) async -> Logarithms {
    let parts = chunks(of: rows.rows)
    let pieces = await parallelMap(parts.count, workers: workers) { part in
      let excluded = parts[part].map { Int32(probe.origins[$0]) }
      return self.logarithms(
        of: rows.padded(rows: parts[part], to: chunkRows),
        excluding: excluded + [Int32](repeating: -1, count: chunkRows - excluded.count))
    }
    let counts = parts.map(\.count)
    return Logarithms(
      local: zip(pieces, counts).flatMap { $0.local.prefix($1) },
      empirical: zip(pieces, counts).flatMap { $0.empirical.prefix($1) })
  }
}

/// Stand-in anomalies: baseline rows with some columns taken from another row.
///
/// Each column still looks normal, their dependence is broken.
struct Probe: Sendable {
  /// Baseline rows and their broken twins in every view; row i of both comes from `origins[i]`.
  let normal, broken: [Matrix]
  let origins: [Int]

  /// Breaks up to `count` baseline rows.
  ///
  /// * `exemplars`: every view of the baseline rows.
  /// * `groups`: the features of each column.
  init(_ exemplars: [Matrix], groups: [Range<Int>], count: Int = 1_000, seed: UInt64) {
    var stream = RandomStream(seed: seed, stream: 0x7072)
    let rows = exemplars.first?.rows ?? 0
    origins = stream.sample(count, of: rows)
    normal = exemplars.map { [origins] in $0.selecting(rows: origins) }
    var twins = normal
    for (place, origin) in origins.enumerated() {
      let other = (origin + 1 + stream.index(below: max(1, rows - 1))) % max(1, rows)
      let share = place % 2 == 0 ? 0.2 : 0.5
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
