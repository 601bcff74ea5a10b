package import Compute

/// The distance of rows from the bulk of a baseline that may contain anomalies.
///
/// Anomalies that resemble each other are each other's nearest neighbours, so small neighbourhoods miss
/// them. But if they are a fraction s of the baseline, a ball around one that holds several times
/// that fraction must extend to the normal rows: its radius reveals them.
package struct BulkDistance: Sendable {
  /// The fraction of baseline rows that may be anomalies, above 0.
  package let contamination: Double
  /// The distribution of the log radius over normal rows.
  package internal(set) var scale: LogScale
  private let search: NearestRows
  /// For each baseline row its index among the reference rows, or -1.
  private let referenceIndices: [Int32]
  /// The number of reference rows in a ball.
  private let count: Int

  /// Samples the reference rows.
  ///
  /// * `rows`: the baseline, `[rows, features]`, standard units, at least two rows.
  package init(
    of rows: Matrix, contamination: Double, scale: LogScale = LogScale(mean: 0, deviation: 1)
  ) {
    let most = min(TableRecipe.bulkReferences, rows.rows)
    var stream = RandomStream(seed: 0, stream: 0x6275)
    let picked = stream.sample(most, of: rows.rows)
    var indices = [Int32](repeating: -1, count: rows.rows)
    for (index, row) in picked.enumerated() { indices[row] = Int32(index) }
    let held = Int((TableRecipe.bulkReach * contamination * Double(most)).rounded())
    (self.contamination, self.scale, referenceIndices) = (contamination, scale, indices)
    (search, count) = (
      NearestRows(rows.selecting(rows: picked)), min(max(TableRecipe.fewestInBall, held), most - 1)
    )
  }

  /// The logarithm of the squared radius of the ball around each row, `[rows]`.
  ///
  /// * `samples`: `[rows, features]`, standard units.
  /// * `excluded`: for each row the index of the baseline row it is, or -1; empty for new rows.
  package func logarithms(of samples: Matrix, excluding excluded: [Int32] = []) -> [Float] {
    let own = excluded.map { $0 < 0 ? -1 : referenceIndices[Int($0)] }
    let near = search.neighbors(of: samples, count: count, excluding: own)
    return (0..<samples.rows).map {
      logResidual(max(0, near.squaredDistances[($0 + 1) * count - 1]))
    }
  }

  /// The soft maximum ln(e^score + e^bulk) of a neighbour score and the z of this distance, less a
  /// reserve.
  package func raising(_ score: Float, _ logarithm: Float) -> Float {
    let bulk = scale.z(logarithm) - TableRecipe.bulkReserve
    let (high, low) = (max(score, bulk), min(score, bulk))
    return high + Float(Compute.logarithm(onePlus: exponential(Double(low - high))))
  }

  /// `raising` for the scores of the baseline rows themselves, each excluded from its own ball.
  ///
  /// * `samples`: the rows this was built from, one for each score.
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
