import Compute
import Diffusion

/// Attributes high scores to columns by leaving columns out in turn.
///
/// A row that is wrong in one column has normal rows nearby once that column is ignored, and none when
/// any other is. So a column's contribution is the decrease in distance to the nearest rows without it,
/// and their mean there is the expected value. The closed form, which attributes all lower scores, relies
/// on neighbours that the wrong column itself has selected.
package struct ColumnBlame: Sendable {
  /// The range of features of each column.
  package let groups: [Range<Int>]
  /// Rows with scores above this are re-attributed.
  package let above: Float

  package init(groups: [Range<Int>], above: Float) { (self.groups, self.above) = (groups, above) }

  /// Replaces the contributions and expected values of rows that score high.
  ///
  /// A row that comes no nearer without any single column keeps its attribution.
  ///
  /// * `samples`: the standard view, at least as many rows as `scores`.
  func refine(_ samples: Matrix, exemplars: NearestRows, _ scores: inout RowScores) {
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

  /// The columns to leave out in turn: all, or those with the highest contributions so far, in the order
  /// of the features.
  private func suspects(_ contributions: Matrix, row: Int) -> [Range<Int>] {
    guard groups.count > HiddenColumnDenoiser.mostColumns else { return groups }
    let sums = groups.map { group in
      group.reduce(Float(0)) { $0 + contributions[row, $1] }
    }
    let worst = groups.indices.sorted { (sums[$0], $1) > (sums[$1], $0) }
    return worst.prefix(HiddenColumnDenoiser.mostColumns).sorted().map { groups[$0] }
  }
}
