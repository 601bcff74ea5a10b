import Compute
import TestSupport
import Testing

/// Widths below, at and above a multiple of 16 leave all kinds of room.
@Suite struct PaddedRowsTests {
  private static let widths = [1, 6, 16, 35]

  private func rows(_ columns: Int) -> Matrix {
    .gaussian(rows: 400, columns: columns, seed: 1, stream: 0)
  }

  private func queries(_ columns: Int) -> Matrix {
    .gaussian(rows: 9, columns: columns, seed: 2, stream: 0)
  }

  private func squaredDistance(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
  }

  @Test(arguments: widths)
  func keepsTheRows(columns: Int) {
    let padded = PaddedRows(rows(columns))
    #expect(padded.matrix == rows(columns))
    #expect(padded.row(7) == rows(columns).row(7) && padded[7, 0] == rows(columns)[7, 0])
  }

  /// Neighbours of another view come in any order.
  @Test(arguments: widths)
  func nearestFirstSortsByTheDistanceHere(columns: Int) {
    let (rows, queries) = (rows(columns), queries(columns))
    let elsewhere = NearestRows(Matrix.gaussian(rows: 400, columns: 3, seed: 5, stream: 0))
      .neighbors(of: .gaussian(rows: 9, columns: 3, seed: 6, stream: 0), count: 20)
    let found = PaddedRows(rows).nearestFirst(elsewhere, to: PaddedRows(queries))
    for query in 0..<9 {
      #expect(Set(found.indices(of: query)) == Set(elsewhere.indices(of: query)))
      let distances = found.indices(of: query).map {
        Float(squaredDistance(queries.row(query), rows.row(Int($0))))
      }
      #expect(distances == distances.sorted())
      expectClose(
        Array(found.squaredDistances[query * 20..<query * 20 + 20]), distances, tolerance: 1e-5)
    }
  }

  @Test(arguments: widths)
  func weightedMeansAreSoftmaxMeans(columns: Int) {
    let (rows, queries) = (rows(columns), queries(columns))
    let (search, padded) = (NearestRows(rows), PaddedRows(queries))
    let found = search.rows.nearestFirst(search.neighbors(of: queries, count: 10), to: padded)
    let (means, squares) = search.rows.weightedMeans(of: padded, found, width: 0.5)
    for query in 0..<9 {
      let weights = found.indices(of: query).map {
        exponential(-squaredDistance(queries.row(query), rows.row(Int($0))) / 0.5)
      }
      let total = weights.reduce(0, +)
      let expected = (0..<columns).map { column in
        Float(
          zip(weights, found.indices(of: query)).reduce(0.0) {
            $0 + $1.0 / total * Double(rows[Int($1.1), column])
          })
      }
      expectClose(Array(means.row(query)), expected, tolerance: 1e-5)
      let error = Float(squaredDistance(queries.row(query), expected[...]))
      expectClose([squares[query]], [error], tolerance: 1e-4)
    }
  }

  @Test(arguments: widths, [1, 13, 16])
  func gaussianDistancesSolveTheFullSystem(columns: Int, count: Int) throws {
    let (rows, queries) = (rows(columns), queries(columns))
    let search = NearestRows(rows)
    let found = search.neighbors(of: queries, count: 16)
    let fit = search.rows.gaussianDistances(
      of: PaddedRows(queries), found, count: count, ridge: 0.8, details: true)
    for query in 0..<9 {
      let near = rows.selecting(rows: found.indices(of: query).prefix(count).map { Int($0) })
      let mean = near.columnMeans()
      let matrix = near.covariance(around: mean).addingToDiagonal(0.64)
      let r = zip(queries.row(query), mean).map { Double($0 - $1) }
      let q = try #require(
        solvePositive(matrix, DoubleMatrix(rows: columns, columns: 1, values: r)))
      let identity = DoubleMatrix(rows: columns, columns: columns).addingToDiagonal(1)
      let inverse = try #require(solvePositive(matrix, identity))
      let distance = zip(r, q.values).reduce(0) { $0 + $1.0 * $1.1 }
      expectClose([fit.squares[query]], [Float(distance)], tolerance: 1e-4)
      expectClose(Array(fit.solved.row(query)), q.values.map { Float($0) }, tolerance: 1e-4)
      let diagonal = (0..<columns).map { Float(inverse[$0, $0]) }
      expectClose(Array(fit.precision.row(query)), diagonal, tolerance: 1e-4)
    }
  }
}
