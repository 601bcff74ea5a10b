/// Rows padded with zeros to a multiple of 16 columns, so that vector loops need no remainder.
package struct PaddedRows: Sendable, Equatable {
  /// The numbers of rows and of real columns.
  package let count, columns: Int
  /// The distance between rows in floats, a multiple of 16.
  let stride: Int
  /// `[count * stride]`.
  var values: [Float]

  /// Zero rows.
  init(count: Int, columns: Int) {
    (self.count, self.columns) = (count, columns)
    stride = (columns + 15) / 16 * 16
    values = [Float](repeating: 0, count: count * stride)
  }

  package init(_ matrix: Matrix) {
    self.init(count: matrix.rows, columns: matrix.columns)
    for row in 0..<count {
      for (column, index) in matrix.range(ofRow: row).enumerated() {
        values[row * stride + column] = matrix.values[index]
      }
    }
  }

  /// The values of one row.
  package func row(_ index: Int) -> ArraySlice<Float> {
    values[index * stride..<index * stride + columns]
  }

  /// One element; not for inner loops.
  package subscript(row: Int, column: Int) -> Float { values[row * stride + column] }

  /// The rows without padding.
  package var matrix: Matrix {
    var values: [Float] = []
    values.reserveCapacity(count * columns)
    for index in 0..<count { values.append(contentsOf: row(index)) }
    return Matrix(rows: count, columns: columns, values: values)
  }
}
