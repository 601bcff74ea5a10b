import Compute
import Diffusion

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

  package init(groups: [Range<Int>], above: Float) { (self.groups, self.above) = (groups, above) }

  /// Replaces contributions and expected values of the rows that score high.
  ///
  /// * `samples`: the standard view, at least as many rows as `scores`.
  func lookClosely(at samples: Matrix, exemplars: NearestRows, _ scores: inout RowScores) {
    let denoiser = HiddenColumnDenoiser(exemplars, count: TableRecipe.blameNeighbors)
    for row in scores.scores.indices where scores.scores[row] > above {
      let suspects = suspects(scores.contributions, row: row)
      let found = denoiser.reconstruct(Array(samples.row(row)), hiding: suspects)
      guard found.contains(where: { $0.gain > 0 }) else { continue }
      for index in scores.contributions.range(ofRow: row) { scores.contributions.values[index] = 0 }
      for (suspect, column) in zip(suspects, found) {
        scores.contributions[row, suspect.lowerBound] = column.gain
        for (feature, expected) in zip(suspect, column.expected) {
          scores.expected[row, feature] = expected
        }
      }
    }
  }

  /// The columns with the highest contributions so far, in the order of the features.
  private func suspects(_ contributions: Matrix, row: Int) -> [Range<Int>] {
    guard groups.count > HiddenColumnDenoiser.mostColumns else { return groups }
    let shares = groups.map { group in
      group.reduce(Float(0)) { $0 + contributions[row, $1] }
    }
    let worst = groups.indices.sorted { (shares[$0], $1) > (shares[$1], $0) }
    return worst.prefix(HiddenColumnDenoiser.mostColumns).sorted().map { groups[$0] }
  }
}
