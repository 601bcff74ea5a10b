import COpenBLAS

/// The lower factor L of a symmetric positive definite matrix A = L L'.
package struct CholeskyFactor: Sendable {
  /// L, `[n, n]`; what stands above the diagonal is without meaning.
  private var lower: DoubleMatrix

  /// nil when the matrix is not positive definite; O(n^3).
  ///
  /// - Parameter matrix: symmetric `[n, n]`; only its lower triangle is read.
  package init?(of matrix: DoubleMatrix) {
    precondition(matrix.rows == matrix.columns, "[\(matrix.rows), \(matrix.columns)] is not square")
    lower = matrix
    var (n, info) = (Int32(matrix.rows), Int32(0))
    guard n > 0 else { return }
    var lda = n
    unsafe dpotrf_("U", &n, &lower.values, &lda, &info)  // column-major upper = row-major lower
    guard info == 0 else { return nil }
  }

  /// L^-1 x, in place of x, `[n]`; O(n^2).
  package func whiten(_ x: inout [Double]) {
    precondition(x.count == lower.rows, "\(x.count) values for a factor of \(lower.rows)")
    guard !x.isEmpty else { return }
    unsafe cblas_dtrsv(
      CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, blasint(x.count), lower.values,
      blasint(x.count), &x, 1)
  }

  /// A^-1 x, `[n]`; O(n^2).
  package func solve(_ x: [Double]) -> [Double] {
    var solution = x
    whiten(&solution)
    guard !x.isEmpty else { return x }
    unsafe cblas_dtrsv(
      CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, blasint(x.count), lower.values,
      blasint(x.count), &solution, 1)
    return solution
  }

  /// L^-1 with zeros above its diagonal; O(n^3).
  package func inverse() -> DoubleMatrix {
    var inverse = lower
    var (n, info) = (Int32(lower.rows), Int32(0))
    guard n > 0 else { return inverse }
    var lda = n
    unsafe dtrtri_("U", "N", &n, &inverse.values, &lda, &info)
    precondition(info == 0, "dtrtri failed with \(info)")
    for row in 0..<lower.rows {
      for column in row + 1..<max(row + 1, lower.rows) { inverse[row, column] = 0 }
    }
    return inverse
  }
}

/// Multiplies the lower triangle of a row-major matrix `[n, n]` by `x`, in place of x, `[n]`.
package func multiplyLower(_ matrix: Span<Float>, _ x: inout [Float]) {
  precondition(matrix.count >= x.count * x.count, "\(matrix.count) values for order \(x.count)")
  guard !x.isEmpty else { return }
  unsafe matrix.withUnsafeBufferPointer { matrix in
    unsafe cblas_strmv(
      CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, blasint(x.count), matrix.baseAddress,
      blasint(x.count), &x, 1)
  }
}
