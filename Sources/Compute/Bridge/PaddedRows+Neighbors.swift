import CKernels

/// Statistics of each query's neighbours among these rows.
extension PaddedRows {
  /// The most neighbours per query, the size of the kernels' fixed buffers.
  package static let mostNeighbors = Int(MOST_NEIGHBORS)

  /// Recomputes the neighbours' distances exactly, Σ (q - x)², and sorts them, nearest first.
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

  /// Kernel-weighted means of the neighbours (Nadaraya-Watson), in one pass over the rows.
  ///
  /// * `neighbors`: nearest first, with their exact distances.
  /// * `width`: the kernel's bandwidth; neighbour i has the weight softmax(-|x - x_i|^2 / 2 width^2).
  ///
  /// - Returns: the mean for each query x, `[queries, columns]`, and |x - mean|^2, `[queries]`.
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

  /// Each query relative to the Gaussian (mean, covariance C) of its neighbours; r = query - mean.
  package struct GaussianDistances: Sendable {
    /// r' (C + ridge^2 I)^-1 r, the squared Mahalanobis distance of each query, `[queries]`.
    package var squares: [Float]
    /// (C + ridge^2 I)^-1 r, `[queries, columns]`; empty when not asked for.
    package var solved: Matrix
    /// The diagonal of (C + ridge^2 I)^-1, `[queries, columns]`; empty when not asked for.
    package var precision: Matrix
  }

  /// The squared Mahalanobis distance of each query to the Gaussian of its `count` nearest neighbours.
  ///
  /// C has rank below `count`, so by Woodbury's identity one count x count Cholesky factor suffices:
  /// O(count² · columns + count³) per query.
  ///
  /// * `ridge`: the standard deviation added to C in all directions, above 0.
  /// * `details`: whether to compute the solved system and the diagonal of the inverse too.
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
