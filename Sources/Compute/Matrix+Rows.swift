extension Matrix {
  /// Each row with `scale · offset` added, `offset` `[columns]`.
  package func adding(_ offset: [Float], scale: Float = 1) -> Matrix {
    precondition(offset.count == columns, "\(offset.count) offsets for \(columns) columns")
    var sum = self
    for row in 0..<rows {
      for column in 0..<columns { sum.values[row * columns + column] += scale * offset[column] }
    }
    return sum
  }

  /// The covariance of the rows around `mean`, `[columns, columns]`, divided by the number of
  /// rows.
  ///
  /// Products of chunks are added up in double precision.
  package func covariance(around mean: [Float]) -> DoubleMatrix {
    var sum = DoubleMatrix(rows: columns, columns: columns)
    var part = Matrix(rows: columns, columns: columns)
    for start in stride(from: 0, to: rows, by: 256) {
      let range = start..<min(rows, start + 256)
      let chunk = padded(rows: range, to: range.count).adding(mean, scale: -1)
      multiply(chunk, chunk, into: &part, transposed: .left)
      for index in part.values.indices { sum.values[index] += Double(part.values[index]) }
    }
    let scale = 1 / Double(max(1, rows))
    for index in sum.values.indices { sum.values[index] *= scale }
    return sum
  }
}
