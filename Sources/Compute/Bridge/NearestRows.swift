import CKernels

/// For each query the nearest rows of a matrix, nearest first.
package struct Neighbors: Sendable, Equatable {
  /// Neighbours of each query.
  package let count: Int
  /// Row indices, `[queries * count]`.
  package fileprivate(set) var indices: [Int32]
  /// Squared distances by |q|^2 + |x|^2 - 2 q·x: good for ranking, rounded for near rows,
  /// `[queries * count]`.
  package fileprivate(set) var squaredDistances: [Float]

  /// The neighbours of one query.
  package func indices(of query: Int) -> ArraySlice<Int32> {
    indices[query * count..<(query + 1) * count]
  }
}

/// Rows that are searched for neighbours by exhaustive comparison.
package struct NearestRows: Sendable, Equatable {
  package let rows: Matrix
  /// The rows once more, in panels of 32: for each column their values side by side.
  let panels: [Float]
  /// |x|^2 of each row; those that fill up the last panel are at infinity.
  private let squares: [Float]
  /// The number of rows with those that fill up the last panel.
  var paddedRows: Int { squares.count }
  private static let panel = 32
  /// Queries that go through the rows together; with many rows fewer, for their distances are kept.
  private var tile: Int { squares.count > 1 << 16 ? 4 : 16 }

  package init(_ rows: Matrix) {
    self.rows = rows
    let count = (rows.rows + Self.panel - 1) / Self.panel * Self.panel
    squares = rows.rowSquares() + [Float](repeating: .infinity, count: count - rows.rows)
    var panels = [Float](repeating: 0, count: count * rows.columns)
    for row in 0..<rows.rows {
      let (place, lane) = (row / Self.panel * Self.panel * rows.columns, row % Self.panel)
      for (column, index) in rows.range(ofRow: row).enumerated() {
        panels[place + column * Self.panel + lane] = rows.values[index]
      }
    }
    self.panels = panels
  }

  /// The `count` nearest rows of each query; O(queries · rows · columns), no queries x rows matrix.
  ///
  /// * `queries`: `[queries, columns]`.
  /// * `count`: neighbours per query, at most `rows` less the excluded one.
  /// * `excluded`: for each query a row it must not see, or -1; empty for none.
  package func neighbors(of queries: Matrix, count: Int, excluding excluded: [Int32] = [])
    -> Neighbors
  {
    precondition(queries.columns == rows.columns, "\(queries.columns) against \(rows.columns)")
    precondition(
      count > 0 && count <= rows.rows - (excluded.isEmpty ? 0 : 1), "\(count) of \(rows.rows)")
    precondition(
      excluded.isEmpty || excluded.count == queries.rows,
      "\(excluded.count) exclusions, \(queries.rows) queries")
    var search = Search(self, count: count)
    var found = Neighbors(count: count, indices: [], squaredDistances: [])
    found.indices.reserveCapacity(queries.rows * count)
    found.squaredDistances.reserveCapacity(queries.rows * count)
    let querySquares = queries.rowSquares()
    for first in stride(from: 0, to: queries.rows, by: tile) {
      let part = first..<min(first + tile, queries.rows)
      search.run(self, queries, part, querySquares, excluded)
      found.indices += search.indices.prefix(part.count * count)
      found.squaredDistances += search.distances.prefix(part.count * count)
    }
    return found
  }

  /// The memory of one search, used anew for each tile of queries.
  private struct Search {
    let count: Int
    var distances: [Float]
    var indices: [Int32]
    private var queries: [Float]
    private var squares: [Float]
    private var excluded: [Int32]
    private var row: [Float]
    private var keys: [UInt64]

    init(_ rows: NearestRows, count: Int) {
      self.count = count
      let tile = rows.tile
      squares = [Float](repeating: 0, count: tile)
      excluded = [Int32](repeating: -1, count: tile)
      distances = [Float](repeating: 0, count: tile * count)
      indices = [Int32](repeating: 0, count: tile * count)
      queries = [Float](repeating: 0, count: tile * rows.rows.columns)
      row = [Float](repeating: 0, count: tile * rows.squares.count)
      keys = [UInt64](repeating: 0, count: 2 * count + 128)
    }

    /// Searches for the queries of `part`, at most a tile of them.
    mutating func run(
      _ rows: NearestRows, _ all: Matrix, _ part: Range<Int>, _ querySquares: [Float],
      _ excludedRows: [Int32]
    ) {
      for (place, query) in part.enumerated() {
        for (column, index) in all.range(ofRow: query).enumerated() {
          queries[place * all.columns + column] = -2 * all.values[index]
        }
        squares[place] = querySquares[query]
        excluded[place] = excludedRows.isEmpty ? -1 : excludedRows[query]
      }
      unsafe kernel_nearest(
        queries, squares, squares.count, rows.panels, rows.squares, all.columns,
        rows.squares.count, excluded, count, &row, &keys, keys.count, &distances, &indices)
    }
  }
}

extension NearestRows {
  /// The empirical denoiser over the first `count` neighbours of each query:
  /// D(x; sigma) = sum of softmax(-|x - x_i|^2 / 2 sigma^2) x_i.
  package func empiricalDenoise(
    _ queries: Matrix, _ neighbors: Neighbors, count: Int, sigma: Float
  ) -> Matrix {
    precondition(count <= neighbors.count, "\(count) of \(neighbors.count) neighbours")
    var denoised = Matrix(rows: queries.rows, columns: queries.columns)
    var weights = [Float](repeating: 0, count: count)
    for row in 0..<queries.rows {
      unsafe denoised.values.withUnsafeMutableBufferPointer { result in
        unsafe queries.values.withUnsafeBufferPointer { x in
          unsafe neighbors.indices.withUnsafeBufferPointer { indices in
            guard let x = x.baseAddress, let indices = indices.baseAddress,
              let result = result.baseAddress
            else { return }
            unsafe kernel_empirical_denoise(
              x + row * queries.columns, rows.values, queries.columns,
              indices + row * neighbors.count, count, sigma, result + row * queries.columns,
              &weights)
          }
        }
      }
    }
    return denoised
  }

  /// One query against the Gaussian of its first `count` neighbours.
  package struct LocalFit: Sendable {
    /// r' (C + sigma^2 I)^-1 r, the squared Mahalanobis distance of each query, `[queries]`.
    package var distance: [Float]
    /// (C + sigma^2 I)^-1 r, `[queries, columns]`; empty when not asked for.
    package var solved: Matrix
    /// The diagonal of (C + sigma^2 I)^-1, `[queries, columns]`; empty when not asked for.
    package var precision: Matrix
  }

  /// The squared distance of each query to the Gaussian of its first `count` neighbours, and with
  /// `details` what is needed to say which column is to blame.
  package func localGaussian(
    _ queries: Matrix, _ neighbors: Neighbors, count: Int, sigma: Float, details: Bool
  ) -> LocalFit {
    precondition(count <= min(64, neighbors.count), "\(count) of \(neighbors.count) neighbours")
    let height = details ? queries.rows : 0
    var fit = LocalFit(
      distance: [Float](repeating: 0, count: queries.rows),
      solved: Matrix(rows: height, columns: queries.columns),
      precision: Matrix(rows: height, columns: queries.columns))
    var workspace = [Float](repeating: 0, count: (count + 1) * queries.columns)
    for row in 0..<queries.rows {
      let offset = row * queries.columns
      fit.distance[row] = unsafe queries.values.withUnsafeBufferPointer { x in
        unsafe neighbors.indices.withUnsafeBufferPointer { indices in
          unsafe fit.solved.values.withUnsafeMutableBufferPointer { solved in
            unsafe fit.precision.values.withUnsafeMutableBufferPointer { precision in
              guard let x = x.baseAddress, let indices = indices.baseAddress else { return 0 }
              return unsafe Float(
                kernel_local_gaussian(
                  x + offset, rows.values, queries.columns, indices + row * neighbors.count, count,
                  sigma, &workspace, details ? solved.baseAddress.map { unsafe $0 + offset } : nil,
                  details ? precision.baseAddress.map { unsafe $0 + offset } : nil))
            }
          }
        }
      }
    }
    return fit
  }
}
