import Compute
import TestSupport
import Testing

@Suite struct NumbersTests {
  @Test(arguments: [(0.0, 1.0), (0.25, 1.75), (0.5, 2.5), (0.9, 3.7), (1.0, 4.0)])
  func quantilesAreLinearBetweenRanks(share: Double, expected: Double) {
    #expect(abs(quantile(ofSorted: [1, 2, 3, 4], share) - expected) < 1e-12)
  }

  // scipy.stats.norm.ppf
  @Test(arguments: [
    (1e-14, -7.650628092935297), (1e-7, -5.199337582192817), (0.01, -2.3263478740408408),
    (0.3, -0.5244005127080407),
    (0.5, 0.0), (0.975, 1.959963984540054), (0.999999, 4.753424308817087),
  ])
  func normalQuantilesAgreeWithSciPy(p: Double, expected: Double) {
    #expect(abs(normalQuantile(p) - expected) <= 1e-14 * max(1, abs(expected)))
  }

  @Test func momentsSurviveLargeOffsets() {
    let moments = Moments(of: [1_000_000_004, 1_000_000_007, 1_000_000_013, 1_000_000_016, .nan])
    #expect(moments.count == 4 && moments.mean == 1e9 + 10 && abs(moments.variance - 22.5) < 1e-6)
  }

  @Test(arguments: [(0, 10), (3, 10), (10, 10), (20, 10)])
  func samplesAreDistinctAndAscending(count: Int, total: Int) {
    var stream = RandomStream(seed: 4)
    let sample = stream.sample(count, of: total)
    #expect(sample.count == min(count, total))
    #expect(zip(sample, sample.dropFirst()).allSatisfy { $0 < $1 })
    #expect(sample.allSatisfy { (0..<total).contains($0) })
  }

  private func gaussian(_ rows: Int, _ columns: Int, seed: UInt64) -> DoubleMatrix {
    Matrix.gaussian(rows: rows, columns: columns, seed: seed, stream: 0).double
  }

  @Test func spectrumRebuildsTheMatrix() {
    let half = gaussian(9, 9, seed: 5)
    let matrix = product(half, half, transposed: .right).addingToDiagonal(0.1)
    let eigen = SymmetricEigen(of: matrix)
    expectClose(eigen.applying { $0 }.values, matrix.values, tolerance: 1e-10)
    let root = eigen.applying { $0.squareRoot() }
    expectClose(product(root, root).values, matrix.values, tolerance: 1e-10)
    #expect(zip(eigen.values, eigen.values.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test func positiveSystemsAreSolvedAndOthersRefused() throws {
    let half = gaussian(6, 6, seed: 6)
    let matrix = product(half, half, transposed: .right).addingToDiagonal(0.1)
    let right = gaussian(6, 2, seed: 7)
    let solution = try #require(solvePositive(matrix, right))
    expectClose(product(matrix, solution).values, right.values, tolerance: 1e-9)
    #expect(solvePositive(matrix.addingToDiagonal(-1e3), right) == nil)
  }

  @Test func shapesThatDoNotFitStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      var c = Matrix(rows: 2, columns: 2)
      multiply(Matrix(rows: 2, columns: 3), Matrix(rows: 2, columns: 2), into: &c)
    }
  }
}
