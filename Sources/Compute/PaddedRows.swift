/// Rows with room for a multiple of 16 columns, so that no loop over a row leaves a rest.
package struct PaddedRows: Sendable, Equatable {
  package let count, columns: Int
  /// Floats from one row to the next; those beyond `columns` are zero.
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

  /// One value; not for inner loops.
  package subscript(row: Int, column: Int) -> Float { values[row * stride + column] }

  /// The rows side by side, without the room.
  package var matrix: Matrix {
    var values: [Float] = []
    values.reserveCapacity(count * columns)
    for index in 0..<count { values.append(contentsOf: row(index)) }
    return Matrix(rows: count, columns: columns, values: values)
  }
}
