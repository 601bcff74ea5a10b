package import Compute

/// Reconstructs a sample with one column hidden, for columns in turn.
///
/// The hidden features are estimated by their mean over the rows nearest in all other features (k
/// nearest neighbour imputation, Troyanskaya et al. 2001).
package struct HiddenColumnDenoiser: Sendable {
  /// The baseline rows, indexed for search.
  package let exemplars: NearestRows
  /// The number of exemplars averaged.
  private let count: Int
  /// The most columns that one search can hide in turn.
  package static let mostColumns = NearestRows.mostGroups

  package init(_ exemplars: NearestRows, count: Int) {
    (self.exemplars, self.count) = (exemplars, min(count, exemplars.rows.count))
  }

  /// A sample with one column hidden.
  package struct Reconstruction: Sendable {
    /// The decrease of the mean squared distance to the neighbours, over all features against those
    /// left; 0 or more, in squared encoded units.
    package let gain: Float
    /// The estimated features of the hidden column, in encoded units.
    package let expected: [Float]
  }

  /// Hides each of the columns in turn; one result per column.
  ///
  /// * `sample`: `[features]`.
  /// * `columns`: the ranges of features of at most `mostColumns` columns, disjoint.
  package func reconstruct(_ sample: [Float], hiding columns: [Range<Int>]) -> [Reconstruction] {
    let found = exemplars.neighbors(of: sample, without: columns, count: count)
    let whole = found[columns.count].meanSquare
    return zip(columns, found).map { column, neighbors in
      Reconstruction(
        gain: max(0, whole - neighbors.meanSquare),
        expected: column.map { mean(of: $0, neighbors.indices) })
    }
  }

  private func mean(of feature: Int, _ neighbors: [Int32]) -> Float {
    neighbors.reduce(Float(0)) { $0 + exemplars.rows[Int($1), feature] } / Float(neighbors.count)
  }
}
