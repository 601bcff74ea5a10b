import CKernels

/// Rows that queries are measured against; `neighbors` lists some of them for each query.
extension PaddedRows {
  /// Neighbours that one row can be measured against.
  package static let mostNeighbors = Int(MOST_NEIGHBORS)

  /// The same neighbours by their distance here, nearest first, and these distances.
  package func nearestFirst(_ neighbors: Neighbors, to queries: PaddedRows) -> Neighbors {
    precondition(queries.columns == columns, "\(queries.columns) against \(columns)")
    precondition(neighbors.count <= Self.mostNeighbors, "\(neighbors.count) neighbours")
    var found = neighbors
    unsafe found.indices.withUnsafeMutableBufferPointer { indices in
      unsafe found.squaredDistances.withUnsafeMutableBufferPointer { distances in
        unsafe queries.values.withUnsafeBufferPointer { x in
          guard let x = x.baseAddress, let indices = indices.baseAddress,
            let distances = distances.baseAddress
          else { return }
          for query in 0..<queries.count {
            unsafe kernel_nearest_first(
              x + query * stride, values, stride, neighbors.count,
              indices + query * neighbors.count, distances + query * neighbors.count)
          }
        }
      }
    }
    return found
  }

  /// The means of the neighbours, weighted by softmax(-|x - x_i|^2 / 2 width^2), and the squared
  /// distance of each query x to its mean: Nadaraya-Watson regression in one pass over the rows.
  ///
  /// * `neighbors`: nearest first, with their exact distances.
  package func weightedMeans(of queries: PaddedRows, _ neighbors: Neighbors, width: Float)
    -> (means: PaddedRows, squaredDistances: [Float])
  {
    precondition(neighbors.count <= Self.mostNeighbors, "\(neighbors.count) neighbours")
    var means = PaddedRows(count: queries.count, columns: columns)
    var squares = [Float](repeating: 0, count: queries.count)
    unsafe means.values.withUnsafeMutableBufferPointer { result in
      unsafe queries.values.withUnsafeBufferPointer { x in
        unsafe neighbors.indices.withUnsafeBufferPointer { indices in
          unsafe neighbors.squaredDistances.withUnsafeBufferPointer { distances in
            guard let x = x.baseAddress, let indices = indices.baseAddress,
              let distances = distances.baseAddress, let result = result.baseAddress
            else { return }
            for query in 0..<queries.count {
              squares[query] = unsafe kernel_weighted_mean(
                x + query * stride, values, stride, indices + query * neighbors.count,
                distances + query * neighbors.count, neighbors.count, width,
                result + query * stride)
            }
          }
        }
      }
    }
    return (means, squares)
  }

  /// Queries against the Gaussian of their neighbours, mean and covariance C; r is a query less the
  /// mean.
  package struct GaussianDistances: Sendable {
    /// r' (C + ridge^2 I)^-1 r, the squared Mahalanobis distance of each query, `[queries]`.
    package var squares: [Float]
    /// (C + ridge^2 I)^-1 r, `[queries, columns]`; empty when not asked for.
    package var solved: Matrix
    /// The diagonal of (C + ridge^2 I)^-1, `[queries, columns]`; empty when not asked for.
    package var precision: Matrix
  }

  /// The squared Mahalanobis distance of each query to its first `count` neighbours, by Woodbury: one
  /// count x count Cholesky factor whatever the number of columns.
  ///
  /// * `details`: whether the solved system and the diagonal of its inverse are wanted.
  package func gaussianDistances(
    of queries: PaddedRows, _ neighbors: Neighbors, count: Int, ridge: Float, details: Bool
  ) -> GaussianDistances {
    precondition(
      count <= min(Self.mostNeighbors, neighbors.count), "\(count) of \(neighbors.count) neighbours"
    )
    let height = details ? queries.count : 0
    var result = GaussianDistances(
      squares: [Float](repeating: 0, count: queries.count),
      solved: Matrix(rows: height, columns: columns),
      precision: Matrix(rows: height, columns: columns))
    var workspace = [Float](repeating: 0, count: (count + 1) * stride)
    unsafe queries.values.withUnsafeBufferPointer { x in
      unsafe neighbors.indices.withUnsafeBufferPointer { indices in
        unsafe result.solved.values.withUnsafeMutableBufferPointer { solved in
          unsafe result.precision.values.withUnsafeMutableBufferPointer { precision in
            guard let x = x.baseAddress, let indices = indices.baseAddress else { return }
            for query in 0..<queries.count {
              let offset = query * columns
              result.squares[query] = unsafe Float(
                kernel_gaussian_distance(
                  x + query * stride, values, columns, stride,
                  indices + query * neighbors.count, count, ridge, &workspace,
                  details ? solved.baseAddress.map { unsafe $0 + offset } : nil,
                  details ? precision.baseAddress.map { unsafe $0 + offset } : nil))
            }
          }
        }
      }
    }
    return result
  }
}
