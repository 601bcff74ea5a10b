import COpenBLAS

/// Which factor of a product is read transposed.
package enum Transposition: Sendable {
  case none, left, right
}

/// Writes `a · b` into `c`, or adds it when `accumulating`.
///
/// All three are row-major; reading and writing the same matrix is not possible.
package func multiply(
  _ a: Matrix, _ b: Matrix, into c: inout Matrix, transposed: Transposition = .none,
  accumulating: Bool = false
) {
  let shape = (rows: c.rows, columns: c.columns)
  var result = c.values.mutableSpan
  multiply(
    a.values.span, (a.rows, a.columns), b.values.span, (b.rows, b.columns), into: &result,
    shape, transposed: transposed, accumulating: accumulating)
}

/// The product of two row-major matrices given as spans with their shapes `(rows, columns)`.
package func multiply(
  _ a: Span<Float>, _ aShape: (rows: Int, columns: Int), _ b: Span<Float>,
  _ bShape: (rows: Int, columns: Int), into c: inout MutableSpan<Float>,
  _ cShape: (rows: Int, columns: Int), transposed: Transposition = .none, accumulating: Bool = false
) {
  let (left, right) = (transposed == .left, transposed == .right)
  let (m, k) = left ? (aShape.columns, aShape.rows) : (aShape.rows, aShape.columns)
  let (k2, n) = right ? (bShape.columns, bShape.rows) : (bShape.rows, bShape.columns)
  precondition(
    k == k2 && cShape == (m, n), "\(aShape) times \(bShape) into \(cShape), \(transposed)")
  precondition(
    a.count >= m * k && b.count >= k * n && c.count >= m * n,
    "\(a.count), \(b.count), \(c.count) values for [\(m), \(k)] [\(k), \(n)]")
  guard m > 0, n > 0 else { return }
  _ = singleThreaded
  unsafe a.withUnsafeBufferPointer { a in
    unsafe b.withUnsafeBufferPointer { b in
      unsafe c.withUnsafeMutableBufferPointer { c in
        unsafe cblas_sgemm(
          CblasRowMajor, left ? CblasTrans : CblasNoTrans, right ? CblasTrans : CblasNoTrans,
          blasint(m), blasint(n), blasint(k), 1, a.baseAddress, blasint(aShape.columns),
          b.baseAddress, blasint(bShape.columns), accumulating ? 1 : 0, c.baseAddress,
          blasint(cShape.columns))
      }
    }
  }
}

/// `a · b` in double precision.
package func product(
  _ a: DoubleMatrix, _ b: DoubleMatrix, transposed: Transposition = .none, scale: Double = 1
) -> DoubleMatrix {
  let (left, right) = (transposed == .left, transposed == .right)
  let (m, k) = left ? (a.columns, a.rows) : (a.rows, a.columns)
  let (k2, n) = right ? (b.columns, b.rows) : (b.rows, b.columns)
  precondition(k == k2, "[\(a.rows), \(a.columns)] times [\(b.rows), \(b.columns)], \(transposed)")
  var c = DoubleMatrix(rows: m, columns: n)
  _ = singleThreaded
  unsafe cblas_dgemm(
    CblasRowMajor, left ? CblasTrans : CblasNoTrans, right ? CblasTrans : CblasNoTrans,
    blasint(m), blasint(n), blasint(k), scale, a.values, blasint(a.columns), b.values,
    blasint(b.columns), 0, &c.values, blasint(n))
  return c
}

/// Keeps the library on the calling thread, once: parallelism lives one level above.
private let singleThreaded: Void = openblas_set_num_threads(1)
