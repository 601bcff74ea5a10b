import Compute

/// The baseline rows that are likeliest to be anomalies: those farthest from most others.
///
/// Anomalies that look alike are near each other, so their nearest rows do not give them away. But while
/// they are a share s of the baseline, a ball that holds several times that share must reach beyond
/// them: its radius is how far a row lies from the bulk.
enum FarthestRows {
  /// Rows that distances are taken to; more tell hardly more of so many neighbours.
  private static let references = 1_000
  /// Shares of anomalies that a ball holds.
  private static let reach = 3.0

  /// Indices of a share of the rows, farthest first; O(rows · columns), without a share nothing is done.
  ///
  /// * `share`: 0...0.2.
  /// * `samples`: `[rows, features]`, standard units.
  static func indices(share: Double, of samples: Matrix, workers: Int) async -> [Int] {
    let wanted = Int(share * Double(samples.rows))
    guard wanted > 0 else { return [] }
    let distances = await bulkDistances(share: share, of: samples, workers: workers)
    return Array(
      distances.indices.sorted { (distances[$0], $1) > (distances[$1], $0) }.prefix(wanted))
  }

  /// The squared radius of the ball round each row, `[rows]`.
  private static func bulkDistances(share: Double, of samples: Matrix, workers: Int) async
    -> [Float]
  {
    let picked = (0..<min(references, samples.rows)).map {
      $0 * samples.rows / min(references, samples.rows)
    }
    var places = [Int32](repeating: -1, count: samples.rows)
    for (place, row) in picked.enumerated() { places[row] = Int32(place) }
    let search = NearestRows(samples.selecting(rows: picked))
    let held = Int((reach * share * Double(picked.count)).rounded())
    let count = min(max(3, held), picked.count - 1)
    let (parts, own) = (chunks(of: samples.rows), places)
    return await parallelMap(parts.count, workers: workers) { part in
      let rows = samples.padded(rows: parts[part], to: parts[part].count)
      let near = search.neighbors(of: rows, count: count, excluding: Array(own[parts[part]]))
      return (0..<rows.rows).map { near.squaredDistances[($0 + 1) * count - 1] }
    }.flatMap { $0 }
  }
}
