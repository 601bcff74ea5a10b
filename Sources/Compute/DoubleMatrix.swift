/// A row-major matrix in double precision, for covariances and their factors.
///
/// Samples stay in single precision (`Matrix`); what is inverted needs the longer mantissa.
package struct DoubleMatrix: Sendable, Equatable {
  package let rows, columns: Int
  /// Row-major values, `[rows * columns]`.
  package var values: [Double]

  package init(rows: Int, columns: Int, values: [Double]) {
    precondition(
      values.count == rows * columns, "\(values.count) values for [\(rows), \(columns)]")
    (self.rows, self.columns, self.values) = (rows, columns, values)
  }

  package init(rows: Int, columns: Int, repeating value: Double = 0) {
    self.init(
      rows: rows, columns: columns, values: [Double](repeating: value, count: rows * columns))
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// The leading principal submatrix of this order.
  package func leading(_ order: Int) -> DoubleMatrix { block(rows: order, columns: order) }

  /// The first `rows` rows and `columns` columns.
  package func block(rows: Int, columns: Int) -> DoubleMatrix {
    var part: [Double] = []
    part.reserveCapacity(rows * columns)
    for row in 0..<rows {
      part.append(contentsOf: values[row * self.columns..<row * self.columns + columns])
    }
    return DoubleMatrix(rows: rows, columns: columns, values: part)
  }

  /// The sum of the diagonal.
  package var trace: Double {
    (0..<min(rows, columns)).reduce(0) { $0 + values[$1 * columns + $1] }
  }

  /// This matrix with `value` added along the diagonal.
  package func addingToDiagonal(_ value: Double) -> DoubleMatrix {
    var sum = self
    for index in 0..<min(rows, columns) { sum.values[index * columns + index] += value }
    return sum
  }

  /// The same values rounded to `Float`.
  package var single: Matrix {
    Matrix(rows: rows, columns: columns, values: values.map { Float($0) })
  }
}

extension Matrix {
  /// The same values in double precision.
  package var double: DoubleMatrix {
    DoubleMatrix(rows: rows, columns: columns, values: values.map { Double($0) })
  }
}
