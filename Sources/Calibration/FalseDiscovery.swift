/// Smallest false discovery rate at which each p-value would be flagged (Benjamini-Hochberg 1995).
///
/// `pValues` are `[rows]` in (0,1]; the result has their order. NaN counts as 1. O(n log n).
package func adjustedPValues(_ pValues: [Double]) -> [Double] {
  let clean = pValues.map { $0.isNaN ? 1 : $0 }
  let order = clean.indices.sorted { clean[$0] > clean[$1] }
  var adjusted = clean
  var smallest = 1.0
  for (position, row) in order.enumerated() {
    let rank = clean.count - position
    smallest = min(smallest, clean[row] * Double(clean.count) / Double(rank))
    adjusted[row] = smallest
  }
  return adjusted
}

/// Flags a batch so that of the flagged rows at most the share `rate` is expected to be normal.
///
/// Benjamini-Hochberg: holds for independent or positively dependent p-values of the batch, as
/// conformal p-values of one calibration are (Bates et al. 2023).
package func falseDiscoveryFlags(_ pValues: [Double], rate: Double) -> [Bool] {
  adjustedPValues(pValues).map { $0 <= rate }
}
