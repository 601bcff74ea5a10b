package import Compute

/// How far rows lie from the bulk of a baseline that may hold anomalies.
///
/// Anomalies that look alike are near each other, so their nearest rows do not give them away. But while
/// they are a share s of the baseline, a ball that holds several times that share must reach beyond
/// them: its radius tells.
package struct BulkDistance: Sendable {
  /// Share of the baseline rows that may be anomalies.
  package let contamination: Double
  /// What is usual for normal rows.
  package internal(set) var scale: LogScale
  private let search: NearestRows
  /// For each baseline row its place among those that distances are taken to, or -1.
  private let places: [Int32]
  /// Rows in a ball.
  private let count: Int

  /// * `rows`: `[rows, features]`, standard units, at least two.
  package init(
    of rows: Matrix, contamination: Double, scale: LogScale = LogScale(mean: 0, deviation: 1)
  ) {
    let most = min(TableRecipe.bulkReferences, rows.rows)
    var stream = RandomStream(seed: 0, stream: 0x6275)
    let picked = stream.sample(most, of: rows.rows)
    var places = [Int32](repeating: -1, count: rows.rows)
    for (place, row) in picked.enumerated() { places[row] = Int32(place) }
    let held = Int((TableRecipe.bulkReach * contamination * Double(most)).rounded())
    (self.contamination, self.scale, self.places) = (contamination, scale, places)
    (search, count) = (
      NearestRows(rows.selecting(rows: picked)), min(max(TableRecipe.fewestInBall, held), most - 1)
    )
  }

  /// ln of the squared radius of the ball round each row, `[rows]`.
  ///
  /// * `excluded`: for each row the baseline row that it is, or -1; empty for none.
  package func logarithms(of samples: Matrix, excluding excluded: [Int32] = []) -> [Float] {
    let own = excluded.map { $0 < 0 ? -1 : places[Int($0)] }
    let near = search.neighbors(of: samples, count: count, excluding: own)
    return (0..<samples.rows).map {
      logResidual(max(0, near.squaredDistances[($0 + 1) * count - 1]))
    }
  }

  /// The soft maximum of a score by near rows and the z of this distance.
  package func raising(_ score: Float, _ logarithm: Float) -> Float {
    let bulk = scale.z(logarithm) - TableRecipe.bulkReserve
    let (high, low) = (max(score, bulk), min(score, bulk))
    return high + Float(Compute.logarithm(onePlus: exponential(Double(low - high))))
  }

  /// The scores of baseline rows, each against the others, raised.
  ///
  /// * `samples`: the rows that this was made of, one for each score.
  func raising(_ scores: [Float], of samples: Matrix, workers: Int) async -> [Float] {
    let parts = chunks(of: samples.rows)
    let distances = await parallelMap(parts.count, workers: workers) { part in
      logarithms(
        of: samples.padded(rows: parts[part], to: parts[part].count),
        excluding: parts[part].map { Int32($0) })
    }
    return zip(scores, distances.flatMap { $0 }).map(raising)
  }
}
