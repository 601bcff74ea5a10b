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
  accumulating: Bool = false, rowsAlike: Bool = true
) {
  let shape = (rows: c.rows, columns: c.columns)
  var result = c.values.mutableSpan
  multiply(
    a.values.span, (a.rows, a.columns), b.values.span, (b.rows, b.columns), into: &result,
    shape, transposed: transposed, accumulating: accumulating, rowsAlike: rowsAlike)
}

/// The product of two row-major matrices given as spans with their shapes `(rows, columns)`.
///
/// With `rowsAlike` equal rows of `a`, if not transposed, give equal rows of `c` up to the last
/// multiple of 16 rows; without, some processors are faster.
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

/// Writes the upper triangle of `a' · a` into `c`, `[columns, columns]`; the rest of it stays.
package func multiplyByItself(_ a: Matrix, into c: inout Matrix) {
  precondition(c.rows == a.columns && c.columns == a.columns, "[\(c.rows), \(c.columns)]")
  _ = singleThreaded
  unsafe cblas_ssyrk(
    CblasRowMajor, CblasUpper, CblasTrans, blasint(a.columns), blasint(a.rows), 1, a.values,
    blasint(a.columns), 0, &c.values, blasint(a.columns))
}

/// A product as the library wants it.
@unsafe private struct Product {
  let a, b: UnsafeBufferPointer<Float>
  let c: UnsafeMutableBufferPointer<Float>
  let aStride, bStride, columns, terms: Int
  let turnsA, turnsB, accumulates: Bool

  /// Some rows of the result; all of them if the left factor is turned.
  func compute(_ rows: Range<Int>) {
    unsafe cblas_sgemm(
      CblasRowMajor, turnsA ? CblasTrans : CblasNoTrans, turnsB ? CblasTrans : CblasNoTrans,
      blasint(rows.count), blasint(columns), blasint(terms), 1,
      a.baseAddress?.advanced(by: rows.lowerBound * aStride), blasint(aStride), b.baseAddress,
      blasint(bStride), accumulates ? 1 : 0,
      c.baseAddress?.advanced(by: rows.lowerBound * columns), blasint(columns))
  }

  /// The slice of rows that begins at `row`, computed as columns.
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
          let place = (row + lane) * columns + column
          unsafe c[place] = accumulates ? c[place] + value : value
        }
      }
    }
  }
}

/// As many rows as take the same path through any kernel when they are its columns.
private let rowSlice = 16

/// Whether equal rows come out equal wherever they stand.
///
/// The library's kernels for AVX2 round the second six of twelve rows in another way.
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
