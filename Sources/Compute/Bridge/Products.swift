import COpenBLAS

/// Which factor of a product is transposed.
package enum Transposition: Sendable {
  case none, left, right
}

/// Writes the product `a · b` to `c`, or adds it when `accumulating`; parameters as below.
package func multiply(
  _ a: Matrix, _ b: Matrix, into c: inout Matrix, transposed: Transposition = .none,
  accumulating: Bool = false, rowsAlike: Bool = true
) {
  let shape = (rows: c.rows, columns: c.columns)
  var result = c.values.mutableSpan
  multiply(
    a.values.span, (a.rows, a.columns), b.values.span, (b.rows, b.columns), into: &result,
    shape, transposed: transposed, accumulating: accumulating, rowsAlike: rowsAlike)
}

/// Writes the product of two row-major matrices, given as spans with shapes `(rows, columns)`, to `c`.
///
/// * `transposed`: the factor to transpose; its shape is that before the transposition.
/// * `accumulating`: whether to add to `c` instead of overwriting it.
/// * `rowsAlike`: whether equal rows of `a`, if not transposed, must give bit-equal rows of `c` up to
///   the last multiple of 16 rows; false is faster on some processors.
package func multiply(
  _ a: Span<Float>, _ aShape: (rows: Int, columns: Int), _ b: Span<Float>,
  _ bShape: (rows: Int, columns: Int), into c: inout MutableSpan<Float>,
  _ cShape: (rows: Int, columns: Int), transposed: Transposition = .none,
  accumulating: Bool = false,
  rowsAlike: Bool = true
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
        let product = unsafe Product(
          a: a, b: b, c: c, aStride: aShape.columns, bStride: bShape.columns, columns: n, terms: k,
          turnsA: left, turnsB: right, accumulates: accumulating)
        let sliced = left || !rowsAlike || treatsRowsAlike ? 0 : m / rowSlice * rowSlice
        for row in stride(from: 0, to: sliced, by: rowSlice) {
          unsafe product.computeSlice(row)
        }
        if sliced < m { unsafe product.compute(sliced..<m) }
      }
    }
  }
}

/// Writes the upper triangle of `a' · a` to `c`, `[columns, columns]`, whose rest is unchanged.
package func multiplyByItself(_ a: Matrix, into c: inout Matrix) {
  precondition(c.rows == a.columns && c.columns == a.columns, "[\(c.rows), \(c.columns)]")
  _ = singleThreaded
  unsafe cblas_ssyrk(
    CblasRowMajor, CblasUpper, CblasTrans, blasint(a.columns), blasint(a.rows), 1, a.values,
    blasint(a.columns), 0, &c.values, blasint(a.columns))
}

/// The operands of a product as BLAS takes them.
@unsafe private struct Product {
  let a, b: UnsafeBufferPointer<Float>
  let c: UnsafeMutableBufferPointer<Float>
  let aStride, bStride, columns, terms: Int
  let turnsA, turnsB, accumulates: Bool

  /// Computes a range of the result's rows; all of them if the left factor is transposed.
  func compute(_ rows: Range<Int>) {
    unsafe cblas_sgemm(
      CblasRowMajor, turnsA ? CblasTrans : CblasNoTrans, turnsB ? CblasTrans : CblasNoTrans,
      blasint(rows.count), blasint(columns), blasint(terms), 1,
      a.baseAddress?.advanced(by: rows.lowerBound * aStride), blasint(aStride), b.baseAddress,
      blasint(bStride), accumulates ? 1 : 0,
      c.baseAddress?.advanced(by: rows.lowerBound * columns), blasint(columns))
  }

  /// Computes the slice of 16 rows that begins at `row` as the columns of a column-major product.
  func computeSlice(_ row: Int) {
    let columns = unsafe columns
    unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: rowSlice * columns) { turned in
      unsafe cblas_sgemm(
        CblasColMajor, CblasTrans, turnsB ? CblasNoTrans : CblasTrans, blasint(rowSlice),
        blasint(columns), blasint(terms), 1, a.baseAddress?.advanced(by: row * aStride),
        blasint(aStride), b.baseAddress, blasint(bStride), 0, turned.baseAddress, blasint(rowSlice))
      for column in 0..<columns {
        for lane in 0..<rowSlice {
          let value = unsafe turned[column * rowSlice + lane]
          let index = (row + lane) * columns + column
          unsafe c[index] = accumulates ? c[index] + value : value
        }
      }
    }
  }
}

/// The number of rows that, laid out as columns, take the same path through every BLAS kernel.
private let rowSlice = 16

/// Whether this BLAS gives equal rows equal results at any row index, tried once on 32 equal rows.
///
/// OpenBLAS's AVX2 kernels, for one, round the second six of twelve rows differently.
private let treatsRowsAlike: Bool = {
  let (rows, terms, columns) = (32, 64, 16)
  let row = (0..<terms).map { Float($0 * 37 % 101) / 101 - 0.5 }
  let a = (0..<rows).flatMap { _ in row }
  let b = (0..<terms * columns).map { Float($0 * 59 % 103) / 103 - 0.5 }
  var c = [Float](repeating: 0, count: rows * columns)
  unsafe cblas_sgemm(
    CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(rows), blasint(columns), blasint(terms), 1,
    a, blasint(terms), b, blasint(columns), 0, &c, blasint(columns))
  return c.indices.allSatisfy { c[$0] == c[$0 % columns] }
}()

/// The product `scale · a · b` in double precision.
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

/// Restricts BLAS to the calling thread, once per process: parallelism belongs one level above.
private let singleThreaded: Void = openblas_set_num_threads(1)
