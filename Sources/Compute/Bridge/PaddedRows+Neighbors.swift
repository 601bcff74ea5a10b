import CKernels

/// Rows as the baseline near which others are measured; `neighbors` lists some for each query.
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

  /// The empirical denoiser over neighbours that stand nearest first:
  /// D(x; sigma) = sum of softmax(-|x - x_i|^2 / 2 sigma^2) x_i, and |x - D|^2.
  package func empiricalDenoise(_ queries: PaddedRows, _ neighbors: Neighbors, sigma: Float)
    -> (denoised: PaddedRows, squaredErrors: [Float])
  {
    precondition(neighbors.count <= Self.mostNeighbors, "\(neighbors.count) neighbours")
    var denoised = PaddedRows(count: queries.count, columns: columns)
    var errors = [Float](repeating: 0, count: queries.count)
    unsafe denoised.values.withUnsafeMutableBufferPointer { result in
      unsafe queries.values.withUnsafeBufferPointer { x in
        unsafe neighbors.indices.withUnsafeBufferPointer { indices in
          unsafe neighbors.squaredDistances.withUnsafeBufferPointer { distances in
            guard let x = x.baseAddress, let indices = indices.baseAddress,
              let distances = distances.baseAddress, let result = result.baseAddress
            else { return }
            for query in 0..<queries.count {
              errors[query] = unsafe kernel_empirical_denoise(
                x + query * stride, values, stride, indices + query * neighbors.count,
                distances + query * neighbors.count, neighbors.count, sigma,
                result + query * stride)
            }
          }
        }
      }
    }
    return (denoised, errors)
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
    _ queries: PaddedRows, _ neighbors: Neighbors, count: Int, sigma: Float, details: Bool
  ) -> LocalFit {
    precondition(
      count <= min(Self.mostNeighbors, neighbors.count), "\(count) of \(neighbors.count) neighbours"
    )
    let height = details ? queries.count : 0
    var fit = LocalFit(
      distance: [Float](repeating: 0, count: queries.count),
      solved: Matrix(rows: height, columns: columns),
      precision: Matrix(rows: height, columns: columns))
    var workspace = [Float](repeating: 0, count: (count + 1) * stride)
    unsafe queries.values.withUnsafeBufferPointer { x in
      unsafe neighbors.indices.withUnsafeBufferPointer { indices in
        unsafe fit.solved.values.withUnsafeMutableBufferPointer { solved in
          unsafe fit.precision.values.withUnsafeMutableBufferPointer { precision in
            guard let x = x.baseAddress, let indices = indices.baseAddress else { return }
            for query in 0..<queries.count {
              let offset = query * columns
              fit.distance[query] = unsafe Float(
                kernel_local_gaussian(
                  x + query * stride, values, columns, stride,
                  indices + query * neighbors.count, count, sigma, &workspace,
                  details ? solved.baseAddress.map { unsafe $0 + offset } : nil,
                  details ? precision.baseAddress.map { unsafe $0 + offset } : nil))
            }
          }
        }
      }
    }
    return fit
  }
}
