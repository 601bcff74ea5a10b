import Compute
import TestSupport
import Testing

@Suite struct ProductKernelTests {
  @Test(arguments: [
    ("Prescott", 4, "SkylakeX"), ("prescott", 3, "Haswell"), ("Nehalem", 3, "Haswell"),
    ("Core2", 4, "SkylakeX"), ("Prescott", 0, nil), ("SkylakeX", 4, nil), ("Cooperlake", 4, nil),
    ("Zen", 3, nil), ("Haswell", 3, nil), ("Haswell", 4, "SkylakeX"), ("Zen", 4, "SkylakeX"),
  ])
  func onlyKernelsOfAnOlderProcessorAreReplaced(detected: String, level: Int, expected: String?) {
    #expect(productKernelCure(detected: detected, vectorLevel: level) == expected)
  }

  @Test func theLibraryNamesItsKernels() {
    #expect(!productKernelName().isEmpty && productKernelName() != "unknown")
  }

  /// Whatever the kernels, and with a rest behind the last whole slice.
  @Test(arguments: [Transposition.none, .right], [false, true])
  func equalRowsComeOutEqualWhereverTheyStand(_ transposed: Transposition, accumulating: Bool) {
    for (terms, columns) in [(1, 1), (9, 5), (64, 100), (147, 33), (400, 8)] {
      let row = Matrix.gaussian(rows: 1, columns: terms, seed: 1, stream: 0).values
      let (rows, shape) = (128, transposed == .none ? (terms, columns) : (columns, terms))
      let a = Matrix(rows: rows, columns: terms, values: (0..<rows).flatMap { _ in row })
      let b = Matrix.gaussian(rows: shape.0, columns: shape.1, seed: 2, stream: 0)
      var c = Matrix(
        rows: rows, columns: columns, values: [Float](repeating: 0.1, count: rows * columns))
      multiply(a, b, into: &c, transposed: transposed, accumulating: accumulating)
      #expect(c.values == (0..<rows).flatMap { _ in c.row(0) })
    }
  }

  @Test(arguments: [Transposition.none, .left, .right], [1, 16, 37])
  func productsMatchALoop(_ transposed: Transposition, rows: Int) {
    for alike in [false, true] { matchesALoop(transposed, rows: rows, rowsAlike: alike) }
  }

  private func matchesALoop(_ transposed: Transposition, rows: Int, rowsAlike: Bool) {
    let (terms, columns) = (21, 6)
    let left = transposed == .left ? (terms, rows) : (rows, terms)
    let right = transposed == .right ? (columns, terms) : (terms, columns)
    let a = Matrix.gaussian(rows: left.0, columns: left.1, seed: 1, stream: 0)
    let b = Matrix.gaussian(rows: right.0, columns: right.1, seed: 2, stream: 0)
    var c = Matrix(
      rows: rows, columns: columns, values: [Float](repeating: 0.5, count: rows * columns))
    multiply(
      a, b, into: &c, transposed: transposed, accumulating: true, rowsAlike: rowsAlike)
    let expected = (0..<rows).flatMap { row in
      (0..<columns).map { column in
        (0..<terms).reduce(Float(0.5)) { sum, term in
          sum + (transposed == .left ? a[term, row] : a[row, term])
            * (transposed == .right ? b[column, term] : b[term, column])
        }
      }
    }
    expectClose(c.values, expected, tolerance: 1e-4)
  }
}
