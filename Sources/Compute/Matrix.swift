/// A row-major matrix in single precision: one sample per row, one feature per column.
package struct Matrix: Sendable, Equatable {
  package let rows, columns: Int
  /// Row-major values, `[rows * columns]`.
  package var values: [Float]

  package init(rows: Int, columns: Int, values: [Float]) {
    precondition(
      values.count == rows * columns, "\(values.count) values for [\(rows), \(columns)]")
    (self.rows, self.columns, self.values) = (rows, columns, values)
  }

  package init(rows: Int, columns: Int, repeating value: Float = 0) {
    self.init(
      rows: rows, columns: columns, values: [Float](repeating: value, count: rows * columns))
  }

  /// One element; for tests and small matrices, since the check and call cost too much in inner loops.
  package subscript(row: Int, column: Int) -> Float {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// The indices of one row in `values`.
  @inlinable
  package func range(ofRow row: Int) -> Range<Int> {
    row * columns..<(row + 1) * columns
  }
}

extension Matrix {
  /// The values of one row.
  package func row(_ index: Int) -> ArraySlice<Float> { values[range(ofRow: index)] }

  /// The rows with these indices, in this order; repetitions are allowed.
  package func selecting(rows indices: [Int]) -> Matrix {
    var selected: [Float] = []
    selected.reserveCapacity(indices.count * columns)
    for index in indices { selected.append(contentsOf: row(index)) }
    return Matrix(rows: indices.count, columns: columns, values: selected)
  }

  /// A range of rows, padded with zero rows to `height`.
  package func padded(rows range: Range<Int>, to height: Int) -> Matrix {
    precondition(range.count <= height, "\(range.count) rows do not fit in \(height)")
    var chunk = Array(values[range.lowerBound * columns..<range.upperBound * columns])
    chunk.append(contentsOf: repeatElement(0, count: (height - range.count) * columns))
    return Matrix(rows: height, columns: columns, values: chunk)
  }
}
