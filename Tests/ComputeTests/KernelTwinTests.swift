import Compute
import TestSupport
import Testing

/// Every kernel against a plain loop, at sizes that leave a rest in any vector length.
@Suite struct KernelTwinTests {
  static let counts = [0, 1, 7, 16, 33, 1024]

  private func numbers(_ count: Int, seed: UInt64 = 1) -> [Float] {
    Matrix.gaussian(rows: 1, columns: count, seed: seed, stream: 9).values
  }

  private func silu(_ z: Float) -> Float { Float(Double(z) / (1 + exponential(-Double(z)))) }

  @Test(arguments: counts)
  func biasSiLUMatchesItsFormula(count: Int) {
    var z = Matrix(rows: 2, columns: count, values: numbers(2 * count).map { $0 * 6 })
    let (before, bias) = (z.values, numbers(count, seed: 2))
    var y = Matrix(rows: 2, columns: count)
    biasSiLU(&z, bias: bias.span, into: &y)
    let shifted = before.indices.map { before[$0] + bias[$0 % max(1, count)] }
    expectClose(y.values, shifted.map(silu), tolerance: 1e-5)
    let slopes = shifted.map { (silu($0 + 1e-2) - silu($0 - 1e-2)) / 2e-2 }
    expectClose(z.values, slopes, tolerance: 1e-3)
  }

  @Test func siluIsRightFarOutAndKeepsNaN() {
    var z = Matrix(rows: 1, columns: 5, values: [-200, -30, 0, 200, .nan])
    var y = Matrix(rows: 1, columns: 5)
    biasSiLU(&z, bias: [Float](repeating: 0, count: 5).span, into: &y)
    expectClose(Array(y.values.prefix(4)), [0, 0, 0, 200], tolerance: 1e-6)
    expectClose(Array(z.values.prefix(4)), [0, 0, 0.5, 1], tolerance: 1e-6)
    #expect(y.values[4].isNaN && z.values[4].isNaN)
  }

  @Test(arguments: counts)
  func slopeBackwardMatchesALoop(count: Int) {
    let slope = Matrix(rows: 2, columns: count, values: numbers(2 * count))
    let before = Matrix(rows: 2, columns: count, values: numbers(2 * count, seed: 3))
    var (dy, gradient) = (before, [Float](repeating: 1, count: count + 4))
    var sums = gradient.mutableSpan
    slopeBackward(slope, dy: &dy, gradient: &sums, bias: 2..<count + 2)
    let expected = zip(slope.values, before.values).map(*)
    expectClose(dy.values, expected, tolerance: 1e-6)
    let column = (0..<count).map { 1 + expected[$0] + expected[count + $0] }
    expectClose(gradient, [1, 1] + column + [1, 1], tolerance: 1e-6)
  }

  @Test(arguments: counts)
  func sumOfSquaresMatchesALoop(count: Int) {
    let x = numbers(count)
    let expected = Float(x.reduce(0.0) { $0 + Double($1) * Double($1) })
    expectClose([sumOfSquares(x.span)], [expected], tolerance: 1e-5)
  }

  @Test(arguments: [1, 7, 33])
  func rowSquaresAndDistancesMatchLoops(columns: Int) {
    let a = Matrix(rows: 5, columns: columns, values: numbers(5 * columns))
    let b = Matrix(rows: 5, columns: columns, values: numbers(5 * columns, seed: 4))
    let squares = (0..<5).map { row in a.row(row).reduce(Float(0)) { $0 + $1 * $1 } }
    let distances = (0..<5).map { row in
      zip(a.row(row), b.row(row)).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    expectClose(a.rowSquares(), squares, tolerance: 1e-5)
    expectClose(a.rowSquaredDistances(to: b), distances, tolerance: 1e-5)
  }

  @Test(arguments: [1, 7, 33])
  func rowsAreShiftedAndCenteredAsLoopsDo(columns: Int) {
    let a = Matrix(rows: 5, columns: columns, values: numbers(5 * columns))
    let offset = numbers(columns, seed: 4)
    let shifted = a.values.indices.map { a.values[$0] - 0.5 * offset[$0 % columns] }
    expectClose(a.adding(offset, scale: -0.5).values, shifted, tolerance: 1e-6)
    let count = (columns + 1) / 2
    let centered = (0..<5).flatMap { row in
      let mean = a.row(row).prefix(count).reduce(0, +) / Float(count)
      return a.row(row).map { $0 - mean }
    }
    expectClose(a.centeringRows(over: count).values, centered, tolerance: 1e-5)
  }

  /// More rows than are added up at once.
  @Test(arguments: [1, 256, 700])
  func meansAndCovariancesMatchLoops(rows: Int) {
    let a = Matrix(rows: rows, columns: 9, values: numbers(9 * rows)).adding(numbers(9, seed: 6))
    let moments = a.columnMoments()
    expectClose(a.columnMeans(), moments.map { Float($0.mean) }, tolerance: 1e-5)
    let covariance = a.covariance(around: a.columnMeans())
    for i in 0..<9 {
      for j in 0..<9 {
        let sum = (0..<rows).reduce(0.0) { sum, row in
          sum + (Double(a[row, i]) - moments[i].mean) * (Double(a[row, j]) - moments[j].mean)
        }
        #expect(abs(covariance[i, j] - sum / Double(rows)) < 1e-4)
      }
    }
  }

  @Test(arguments: [Transposition.none, .left, .right])
  func productsMatchLoops(transposed: Transposition) {
    let (m, k, n) = (5, 7, 3)
    let a =
      transposed == .left
      ? Matrix(rows: k, columns: m, values: numbers(k * m))
      : Matrix(rows: m, columns: k, values: numbers(m * k))
    let b =
      transposed == .right
      ? Matrix(rows: n, columns: k, values: numbers(n * k, seed: 5))
      : Matrix(rows: k, columns: n, values: numbers(k * n, seed: 5))
    var c = Matrix(rows: m, columns: n, repeating: 2)
    multiply(a, b, into: &c, transposed: transposed, accumulating: true)
    var expected = [Float](repeating: 2, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        for l in 0..<k {
          expected[i * n + j] +=
            (transposed == .left ? a[l, i] : a[i, l]) * (transposed == .right ? b[j, l] : b[l, j])
        }
      }
    }
    expectClose(c.values, expected, tolerance: 1e-5)
  }

  @Test func addressedNoiseIsStandardNormalAndRepeats() {
    let noise = Matrix.gaussian(rows: 1, columns: 100_000, seed: 3, stream: 8)
    let moments = Moments(of: noise.values.lazy.map { Double($0) })
    #expect(abs(moments.mean) < 0.01 && abs(moments.deviation - 1) < 0.01)
    let beyond = noise.values.filter { abs($0) > 1.96 }.count
    #expect(abs(Double(beyond) / 100_000 - 0.05) < 0.003)
    #expect(noise == Matrix.gaussian(rows: 1, columns: 100_000, seed: 3, stream: 8))
    #expect(
      noise.values.prefix(10)
        != Matrix.gaussian(rows: 1, columns: 10, seed: 3, stream: 9).values[...])
    #expect(
      Array(noise.values.prefix(10))
        == Matrix.gaussian(rows: 1, columns: 10, seed: 3, stream: 8).values)
  }
}
