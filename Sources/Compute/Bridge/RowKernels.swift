import CKernels

/// Adds the sum of each column of `x` to `sums`, `[columns]`.
package func addColumnSums(of x: Matrix, to sums: inout MutableSpan<Float>) {
  precondition(sums.count == x.columns, "\(sums.count) sums for \(x.columns) columns")
  unsafe sums.withUnsafeMutableBufferPointer { sums in
    guard let target = sums.baseAddress else { return }
    unsafe kernel_column_sums(x.values, target, x.rows, x.columns)
  }
}

/// The sum of squares of `x`, in single precision and vector order.
package func sumOfSquares(_ x: Span<Float>) -> Float {
  unsafe x.withUnsafeBufferPointer { x in
    guard let source = x.baseAddress else { return 0 }
    return unsafe kernel_sum_of_squares(source, x.count)
  }
}

extension Matrix {
  /// This matrix with `scale · offset` added to each row; `offset` is `[columns]`.
  package func adding(_ offset: [Float], scale: Float = 1) -> Matrix {
    precondition(offset.count == columns, "\(offset.count) offsets for \(columns) columns")
    var sum = self
    unsafe kernel_add_to_rows(&sum.values, offset, scale, rows, columns)
    return sum
  }

  /// This matrix with the mean of its first `count` values subtracted from each row.
  package func centeringRows(over count: Int) -> Matrix {
    precondition(count > 0 && count <= columns, "the mean of \(count) of \(columns) values")
    var centered = self
    unsafe kernel_center_rows(&centered.values, rows, columns, count)
    return centered
  }

  /// |row|^2 of every row, `[rows]`.
  package func rowSquares() -> [Float] {
    var squares = [Float](repeating: 0, count: rows)
    unsafe kernel_row_squares(values, &squares, rows, columns)
    return squares
  }

  /// |self[i] - other[i]|^2 of every row i, `[rows]`.
  package func rowSquaredDistances(to other: Matrix) -> [Float] {
    precondition(
      rows == other.rows && columns == other.columns,
      "[\(rows), \(columns)] against [\(other.rows), \(other.columns)]")
    var difference = self
    for index in difference.values.indices { difference.values[index] -= other.values[index] }
    return difference.rowSquares()
  }
}

/// Fills `noise` with standard normal numbers addressed by (seed, stream, index).
///
/// The same address always gives the same number; see `RandomStream`.
package func fillGaussian(_ noise: inout [Float], seed: UInt64, stream: UInt64) {
  unsafe kernel_gaussian(seed, stream, 0, &noise, noise.count)
}

extension Matrix {
  /// A matrix of standard normal numbers addressed by (seed, stream, index).
  package static func gaussian(rows: Int, columns: Int, seed: UInt64, stream: UInt64) -> Matrix {
    var noise = Matrix(rows: rows, columns: columns)
    fillGaussian(&noise.values, seed: seed, stream: stream)
    return noise
  }
}

/// Posterior weights of a Gaussian mixture with equal priors: softmax(-|y - c|^2 scale) over centers c.
///
/// - Parameters:
///   - products: y · c of each row and center, `[rows, centers]`; replaced by the weights.
///   - centerSquares: |c|^2, `[centers]`.
///   - scales: 1 / (2 variance) of each row, `[rows]`.
package func posteriorWeights(
  _ products: inout Matrix, centerSquares: [Float], scales: [Float]
) {
  precondition(
    centerSquares.count == products.columns && scales.count == products.rows,
    "\(centerSquares.count) centers, \(scales.count) scales, [\(products.rows), \(products.columns)]"
  )
  unsafe kernel_posterior_weights(
    &products.values, centerSquares, scales, products.rows, products.columns)
}
