/// The dominant period of `series` `[rows]`, in rows.
///
/// The lag of the highest peak of the autocorrelation, as the TSB-AD benchmark chooses its window: of
/// the first 20,000 rows, lags 3 to 400, a peak being strictly above both neighbours. Where the
/// highest peak lies below lag 6 or above 303, or there is none (constant or monotonic series, NaN
/// among the rows), the result is the benchmark's fallback of 125. Of several channels the
/// benchmark takes the first. O(rows · lags).
package func dominantPeriod(of series: [Float]) -> Int {
  let fallback = 125
  let correlation = autocorrelation(of: series.prefix(20_000), maxLag: 400)
  let firstLag = 3
  guard correlation.count > firstLag + 2 else { return fallback }
  var (peak, height) = (0, -Double.infinity)
  for lag in (firstLag + 1)..<(correlation.count - 1)
  where correlation[lag] > correlation[lag - 1] && correlation[lag] > correlation[lag + 1]
    && correlation[lag] >= height
  {
    (peak, height) = (lag, correlation[lag])
  }
  return (6...303).contains(peak) ? peak : fallback
}

/// Autocorrelation at lags 0 to `maxLag` (fewer if the series is shorter), divided by that at 0.
///
/// The biased estimate, which divides by the number of rows at every lag; NaN for constant series.
private func autocorrelation(of series: ArraySlice<Float>, maxLag: Int) -> [Double] {
  guard !series.isEmpty else { return [] }
  let mean = series.reduce(0.0) { $0 + Double($1) } / Double(series.count)
  let centred = series.map { Double($0) - mean }
  let energy = centred.reduce(0) { $0 + $1 * $1 }
  return (0...min(maxLag, centred.count - 1)).map { lag in
    laggedProduct(centred, lag: lag) / energy
  }
}

/// Sum of products of rows that lie `lag` apart.
private func laggedProduct(_ values: [Double], lag: Int) -> Double {
  let values = values.span
  var sums = SIMD4<Double>.zero  // one sum alone would be a chain of dependent additions
  let count = values.count - lag
  for row in stride(from: 0, to: count - count % 4, by: 4) {
    for lane in 0..<4 { sums[lane] += values[row + lane] * values[row + lane + lag] }
  }
  for row in (count - count % 4)..<count { sums[0] += values[row] * values[row + lag] }
  return sums.sum()
}
