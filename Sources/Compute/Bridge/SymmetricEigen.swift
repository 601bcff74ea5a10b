import COpenBLAS

/// The eigendecomposition of a symmetric matrix, `A = V' diag(values) V` with eigenvectors as rows of V.
package struct SymmetricEigen: Sendable {
  /// Eigenvalues, ascending, `[n]`.
  package let values: [Double]
  /// One eigenvector of length 1 per row, `[n, n]`.
  package let vectors: DoubleMatrix

  /// Decomposes by divide and conquer (LAPACK's dsyevd); O(n^3).
  ///
  /// - Parameter matrix: symmetric and finite, `[n, n]`; only one triangle is read.
  package init(of matrix: DoubleMatrix) {
    precondition(matrix.rows == matrix.columns, "[\(matrix.rows), \(matrix.columns)] is not square")
    var a = matrix.values
    var w = [Double](repeating: 0, count: matrix.rows)
    var (n, info) = (Int32(matrix.rows), Int32(0))
    var work = [Double](repeating: 0, count: 1 + 6 * matrix.rows + 2 * matrix.rows * matrix.rows)
    var integers = [Int32](repeating: 0, count: 3 + 5 * matrix.rows)
    var (lwork, liwork) = (Int32(work.count), Int32(integers.count))
    if n > 0 {
      var lda = n
      unsafe dsyevd_("V", "U", &n, &a, &lda, &w, &work, &lwork, &integers, &liwork, &info)
    }
    precondition(info == 0, "dsyevd failed with \(info)")
    (values, vectors) = (w, DoubleMatrix(rows: matrix.rows, columns: matrix.rows, values: a))
  }

  /// A function of the matrix, `V' diag(f(values)) V`, such as its square root; O(n^3).
  package func applying(_ function: (Double) -> Double) -> DoubleMatrix {
    var scaled = vectors
    for row in 0..<values.count {
      let factor = function(values[row])
      for column in 0..<values.count { scaled.values[row * values.count + column] *= factor }
    }
    return product(vectors, scaled, transposed: .left)
  }
}

/// Solves `A X = B` by Cholesky factorization; nil when A is not positive definite.
///
/// - Parameters:
///   - matrix: symmetric `[n, n]`.
///   - right: `[n, m]`.
/// - Returns: X, `[n, m]`.
package func solvePositive(_ matrix: DoubleMatrix, _ right: DoubleMatrix) -> DoubleMatrix? {
  precondition(
    matrix.rows == matrix.columns && right.rows == matrix.rows,
    "[\(matrix.rows), \(matrix.columns)] against [\(right.rows), \(right.columns)]")
  var (factor, solution) = (matrix.values, right)
  var (n, info) = (Int32(matrix.rows), Int32(0))
  var lda = n
  unsafe dpotrf_("U", &n, &factor, &lda, &info)  // column-major upper = row-major lower
  guard info == 0 else { return nil }
  for transposition in [CblasNoTrans, CblasTrans] {
    unsafe cblas_dtrsm(
      CblasRowMajor, CblasLeft, CblasLower, transposition, CblasNonUnit, n, blasint(right.columns),
      1, factor, n, &solution.values, blasint(right.columns))
  }
  return solution
}
