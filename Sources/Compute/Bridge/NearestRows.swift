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

/// Rows that are searched for neighbours by exhaustive comparison: one matrix product per block.
package struct NearestRows: Sendable, Equatable {
  package let rows: Matrix
  private let squares: [Float]
  /// Rows per product; the products of a chunk of queries with a block stay in the second cache.
  private static let block = 1024

  package init(_ rows: Matrix) {
    (self.rows, squares) = (rows, rows.rowSquares())
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
    var found = Neighbors(
      count: count, indices: [Int32](repeating: 0, count: queries.rows * count),
      squaredDistances: [Float](repeating: .infinity, count: queries.rows * count))
    let skip =
      excluded.isEmpty ? [Int32](repeating: -1, count: queries.rows) : excluded
    precondition(skip.count == queries.rows, "\(skip.count) exclusions, \(queries.rows) queries")
    let querySquares = queries.rowSquares()
    var products = Matrix(rows: queries.rows, columns: Self.block)
    for first in stride(from: 0, to: rows.rows, by: Self.block) {
      let last = min(first + Self.block, rows.rows)
      if last - first < Self.block { products = Matrix(rows: queries.rows, columns: last - first) }
      visit(first..<last, queries, querySquares, skip, &products, &found)
    }
    unsafe kernel_sort_neighbors(
      queries.rows, count, &found.squaredDistances, &found.indices)
    return found
  }

  private func visit(
    _ block: Range<Int>, _ queries: Matrix, _ querySquares: [Float], _ skip: [Int32],
    _ products: inout Matrix, _ found: inout Neighbors
  ) {
    let columns = rows.columns
    let part = rows.values.span.extracting(block.lowerBound * columns..<block.upperBound * columns)
    let shape = (rows: queries.rows, columns: block.count)
    var result = products.values.mutableSpan
    multiply(
      queries.values.span, (queries.rows, columns), part, (block.count, columns), into: &result,
      shape, transposed: .right)
    unsafe squares.withUnsafeBufferPointer { squares in
      guard let blockSquares = unsafe squares.baseAddress?.advanced(by: block.lowerBound) else {
        return
      }
      unsafe kernel_nearest(
        &products.values, querySquares, blockSquares, queries.rows, block.count,
        Int32(block.lowerBound), skip, found.count, &found.squaredDistances, &found.indices)
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
