extension Matrix {
  /// The mean of each column, `[columns]`.
  ///
  /// Chunks of 256 rows are summed in single precision, the chunks in double.
  package func columnMeans() -> [Float] {
    var sums = [Double](repeating: 0, count: columns)
    for start in stride(from: 0, to: rows, by: 256) {
      let range = start..<min(rows, start + 256)
      var part = [Float](repeating: 0, count: columns)
      var chunkSums = part.mutableSpan
      addColumnSums(of: padded(rows: range, to: range.count), to: &chunkSums)
      for column in 0..<columns { sums[column] += Double(part[column]) }
    }
    return sums.map { Float($0 / Double(max(1, rows))) }
  }

  /// The population covariance of the rows around `mean`, `[columns, columns]`.
  ///
  /// Products of 256 centered rows are computed in single precision and summed in double;
  /// O(rows · columns²).
  package func covariance(around mean: [Float]) -> DoubleMatrix {
    var sum = DoubleMatrix(rows: columns, columns: columns)
    var part = Matrix(rows: columns, columns: columns)
    for start in stride(from: 0, to: rows, by: 256) {
      let range = start..<min(rows, start + 256)
      let chunk = padded(rows: range, to: range.count).adding(mean, scale: -1)
      multiplyByItself(chunk, into: &part)
      for row in 0..<columns {
        for index in row * columns + row..<(row + 1) * columns {
          sum.values[index] += Double(part.values[index])
        }
      }
    }
    let scale = 1 / Double(max(1, rows))
    for row in 0..<columns {
      for column in row..<columns {
        sum[row, column] *= scale
        sum[column, row] = sum[row, column]
      }
    }
    return sum
  }
}
