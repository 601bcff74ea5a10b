package import Compute
import Diffusion

extension WhitenedMeasure {
  /// Measures a segment that no window fits into: its window is continued by what its rows let expect,
  /// which adds nothing to its distance, so that the distance is that of the rows alone.
  func measureShort(_ values: Matrix, explains: Bool, workers: Int) async -> Result {
    let continued = continued(values)
    var result = await measure(continued, explains: explains, isCausal: false, workers: workers)
    let filling = Float(values.rows) / Float(cutter.length)
    result.density = result.density.prefix(values.rows).map { $0 / filling }
    result.squares = result.squares.padded(rows: 0..<values.rows, to: values.rows)
    if explains { result.expected = result.expected.padded(rows: 0..<values.rows, to: values.rows) }
    return result
  }

  /// The rows, followed by the conditional mean of those that the window lacks.
  ///
  /// A window's distance is |A (x - mean)|² with A the whitening, of the centered window where windows
  /// are centered; the missing values are those that make it least: A_m' A_m y_m = -A_m' A_k y_k.
  package func continued(_ values: Matrix) -> Matrix {
    let known = values.values.count
    let missing = mean.count - known
    let root = centersWindows ? whitening.centeringRows(over: whitening.columns) : whitening
    var unexplained = DoubleMatrix(rows: mean.count, columns: 1)
    var free = DoubleMatrix(rows: mean.count, columns: missing)
    for row in 0..<mean.count {
      for column in 0..<known {
        let deviation = Double(values.values[column]) - Double(mean[column])
        unexplained[row, 0] -= Double(root[row, column]) * deviation
      }
      for column in 0..<missing { free[row, column] = Double(root[row, known + column]) }
    }
    let solution = solvePositive(
      product(free, free, transposed: .left), product(free, unexplained, transposed: .left))
    let rest = (0..<missing).map { mean[known + $0] + Float(solution?[$0, 0] ?? 0) }
    return Matrix(rows: cutter.length, columns: cutter.channels, values: values.values + rest)
  }
}
