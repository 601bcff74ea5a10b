import Compute
import TestSupport
import Testing

/// Factors of positive matrices, and the parts that matrices are cut into.
@Suite struct FactorTests {
  private func positive(_ order: Int, seed: UInt64 = 1) -> DoubleMatrix {
    let half = Matrix.gaussian(rows: order, columns: order, seed: seed, stream: 6).double
    return product(half, half, transposed: .right).addingToDiagonal(0.5)
  }

  private func column(_ count: Int) -> [Double] {
    Matrix.gaussian(rows: 1, columns: count, seed: 2, stream: 6).values.map { Double($0) }
  }

  @Test(arguments: [1, 2, 9, 40])
  func solvingUndoesMultiplying(order: Int) throws {
    let (matrix, x) = (positive(order), column(order))
    let factor = try #require(CholeskyFactor(of: matrix))
    let right = (0..<order).map { row in
      (0..<order).reduce(0.0) { $0 + matrix[row, $1] * x[$1] }
    }
    expectClose(factor.solve(right), x, tolerance: 1e-9)
  }

  /// |L^-1 x|² = x' A^-1 x, which is how far a row is from a Gaussian.
  @Test(arguments: [1, 2, 9, 40])
  func whitenedLengthsAreThoseOfTheInverse(order: Int) throws {
    let (matrix, x) = (positive(order), column(order))
    let factor = try #require(CholeskyFactor(of: matrix))
    var white = x
    factor.whiten(&white)
    let expected = zip(x, factor.solve(x)).reduce(0) { $0 + $1.0 * $1.1 }
    expectClose([white.reduce(0) { $0 + $1 * $1 }], [expected], tolerance: 1e-9)
    // The same by the inverse of the factor.
    let inverse = factor.inverse()
    let product = (0..<order).map { row in
      (0..<order).reduce(0.0) { $0 + inverse[row, $1] * x[$1] }
    }
    expectClose(product, white, tolerance: 1e-9)
    for row in 0..<order {
      for above in row + 1..<max(row + 1, order) { #expect(inverse[row, above] == 0) }
    }
  }

  @Test func whatIsNotPositiveHasNoFactor() {
    #expect(CholeskyFactor(of: positive(5).addingToDiagonal(-100)) == nil)
    #expect(CholeskyFactor(of: DoubleMatrix(rows: 2, columns: 2)) == nil)
    #expect(CholeskyFactor(of: DoubleMatrix(rows: 0, columns: 0))?.solve([]) == [])
  }

  @Test(arguments: [0, 1, 7, 33])
  func lowerTrianglesMultiplyAsLoopsDo(order: Int) {
    let matrix = Matrix.gaussian(rows: order, columns: order, seed: 3, stream: 6)
    var x = Matrix.gaussian(rows: 1, columns: order, seed: 4, stream: 6).values
    let expected = (0..<order).map { row in
      (0..<row + 1).reduce(Float(0)) { $0 + matrix[row, $1] * x[$1] }
    }
    multiplyLower(matrix.values.span, &x)
    expectClose(x, expected, tolerance: 1e-5)
  }

  @Test func partsOfAMatrixAreCutOut() {
    let matrix = DoubleMatrix(rows: 3, columns: 4, values: (0..<12).map { Double($0) })
    #expect(matrix.leading(2).values == [0, 1, 4, 5])
    #expect(matrix.block(rows: 2, columns: 3).values == [0, 1, 2, 4, 5, 6])
    #expect(matrix.trace == 0 + 5 + 10)
    #expect(matrix.addingToDiagonal(1).values == [1, 1, 2, 3, 4, 6, 6, 7, 8, 9, 11, 11])
    #expect(matrix.single.double == matrix)
  }

  @Test func rowsAreChosenAndFilledUp() {
    let matrix = Matrix(rows: 3, columns: 2, values: [1, 2, 3, 4, 5, 6])
    #expect(matrix.selecting(rows: [2, 0, 2]).values == [5, 6, 1, 2, 5, 6])
    #expect(matrix.selecting(rows: []) == Matrix(rows: 0, columns: 2))
    #expect(matrix.padded(rows: 1..<3, to: 4).values == [3, 4, 5, 6, 0, 0, 0, 0])
    #expect(matrix.padded(rows: 0..<3, to: 3) == matrix)
    #expect(matrix.row(1) == [3, 4] && matrix.range(ofRow: 2) == 4..<6)
  }

  /// Later levels of a spectrum lie along axes that are orthogonal to the earlier ones.
  @Test(arguments: [1, 2, 9, 30])
  func axesOfASpectrumAreOrthonormal(order: Int) {
    let eigen = SymmetricEigen(of: positive(order))
    let products = product(eigen.vectors, eigen.vectors, transposed: .right)
    let identity = DoubleMatrix(rows: order, columns: order).addingToDiagonal(1)
    expectClose(products.values, identity.values, tolerance: 1e-10)
    expectClose([eigen.values.reduce(0, +)], [positive(order).trace], tolerance: 1e-9)
  }

  @Test func shapesThatDoNotFitStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = Matrix(rows: 2, columns: 2, values: [1, 2, 3])
    }
    await #expect(processExitsWith: .failure) {
      _ = CholeskyFactor(of: DoubleMatrix(rows: 2, columns: 3))
    }
    await #expect(processExitsWith: .failure) {
      _ = Matrix(rows: 3, columns: 1).padded(rows: 0..<3, to: 2)
    }
  }
}
