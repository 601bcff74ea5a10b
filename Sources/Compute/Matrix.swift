/// Rows of features: `rows` x `columns` floats, row after row.
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

  /// One value; for tests and small matrices, not for inner loops.
  package subscript(row: Int, column: Int) -> Float {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// The positions of one row in `values`.
  @inlinable
  package func range(ofRow row: Int) -> Range<Int> {
    row * columns..<(row + 1) * columns
  }
}

extension Matrix {
  /// The values of one row.
  package func row(_ index: Int) -> ArraySlice<Float> { values[range(ofRow: index)] }

  /// The listed rows, in the order of the list.
  package func selecting(rows indices: [Int]) -> Matrix {
    var selected: [Float] = []
    selected.reserveCapacity(indices.count * columns)
    for index in indices { selected.append(contentsOf: row(index)) }
    return Matrix(rows: indices.count, columns: columns, values: selected)
  }

  /// A run of rows, filled up with zero rows to `height`.
  package func padded(rows range: Range<Int>, to height: Int) -> Matrix {
    precondition(range.count <= height, "\(range.count) rows do not fit in \(height)")
    var chunk = Array(values[range.lowerBound * columns..<range.upperBound * columns])
    chunk.append(contentsOf: repeatElement(0, count: (height - range.count) * columns))
    return Matrix(rows: height, columns: columns, values: chunk)
  }
}
