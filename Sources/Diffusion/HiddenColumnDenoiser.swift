package import Compute

/// Brings a sample back while some of its features are hidden.
///
/// They are expected to be the mean of what the rows hold that are nearest in all others (Troyanskaya et
/// al. 2001).
package struct HiddenColumnDenoiser: Sendable {
  package let exemplars: NearestRows
  /// Exemplars that each mean is over.
  private let count: Int
  /// Columns that can be hidden in one search.
  package static let mostColumns = NearestRows.mostGroups

  package init(_ exemplars: NearestRows, count: Int) {
    (self.exemplars, self.count) = (exemplars, min(count, exemplars.rows.count))
  }

  /// A sample with one column hidden.
  package struct Reconstruction: Sendable {
    /// How much nearer the exemplars are in the features that are left: mean squared distance.
    package let gain: Float
    /// The features of the hidden column as expected.
    package let expected: [Float]
  }

  /// Hides each of the columns in turn.
  ///
  /// * `sample`: `[features]`.
  /// * `columns`: the features of each, at most `mostColumns`.
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
