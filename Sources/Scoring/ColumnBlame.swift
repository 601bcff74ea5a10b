import Compute

/// Finds the columns to blame for rows that score high.
///
/// A row that is wrong in one column has near normal rows as soon as that column does not count, and
/// still has none when any other does not. So each column is blamed for how much nearer the normal
/// rows come without it, and what they hold there was expected. The closed form that serves all other
/// rows asks the neighbours that the wrong column has picked.
package struct ColumnBlame: Sendable {
  /// The features of each column.
  package let groups: [Range<Int>]
  /// Rows that score higher are looked at closely.
  package let above: Float
  private static let neighborCount = 16

  package init(groups: [Range<Int>], above: Float) { (self.groups, self.above) = (groups, above) }

  /// Replaces contributions and expected values of the rows that score high.
  ///
  /// * `samples`: the standard view, at least as many rows as `scores`.
  func lookClosely(at samples: Matrix, exemplars: NearestRows, _ scores: inout RowScores) {
    for row in scores.scores.indices where scores.scores[row] > above {
      let suspects = suspects(scores.contributions, row: row)
      let found = exemplars.neighbors(
        of: Array(samples.row(row)), without: suspects,
        count: min(Self.neighborCount, exemplars.rows.count))
      let whole = found[suspects.count].meanSquare
      let gains = found.dropLast().map { max(0, whole - $0.meanSquare) }
      guard gains.contains(where: { $0 > 0 }) else { continue }
      for index in scores.contributions.range(ofRow: row) { scores.contributions.values[index] = 0 }
      for ((suspect, gain), neighbors) in zip(zip(suspects, gains), found) {
        scores.contributions[row, suspect.lowerBound] = gain
        for feature in suspect {
          scores.expected[row, feature] = mean(of: feature, neighbors, exemplars.rows)
        }
      }
    }
  }

  /// The columns with the highest contributions so far, in the order of the features.
  private func suspects(_ contributions: Matrix, row: Int) -> [Range<Int>] {
    guard groups.count > NearestRows.mostGroups else { return groups }
    let shares = groups.map { group in
      group.reduce(Float(0)) { $0 + contributions[row, $1] }
    }
    let worst = groups.indices.sorted { (shares[$0], $1) > (shares[$1], $0) }
    return worst.prefix(NearestRows.mostGroups).sorted().map { groups[$0] }
  }

  private func mean(of feature: Int, _ neighbors: NeighborsWithout, _ rows: PaddedRows) -> Float {
    neighbors.indices.reduce(Float(0)) { $0 + rows[Int($1), feature] }
      / Float(neighbors.indices.count)
  }
}
