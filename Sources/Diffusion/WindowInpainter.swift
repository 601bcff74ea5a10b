package import Compute

/// The conditional mean of hidden rows of a window under the windows' Gaussian: inpainting in closed
/// form.
///
/// With M the precision of the noised windows and g = M (x - mean) the gradient of half a window's
/// squared distance, hiding the rows S and putting their conditional mean there changes x_S by
/// -M_SS^-1 g_S and takes g_S' M_SS^-1 g_S, the *gain*, off the distance.
package struct WindowInpainter: Sendable {
  /// Mean of the windows, `[length]`.
  package let mean: [Double]
  /// M, `[length, length]`; of centered windows it is blind to their level.
  package let precision: DoubleMatrix
  /// What the search needs, made when it is first asked for.
  private var tables: SearchTables?

  /// Rows of a window.
  package var length: Int { mean.count }

  /// Takes M = (A C)' (A C) from the whitening A of windows that are taken less their means, C, or as
  /// they are.
  ///
  /// * `whitening`: `[length, length]`, symmetric.
  /// * `mean`: `[length]`.
  package init(whitening: Matrix, mean: [Float], centersWindows: Bool) {
    let root = centersWindows ? whitening.centeringRows(over: whitening.columns) : whitening
    self.init(
      mean: mean.map { Double($0) },
      precision: product(root.double, root.double, transposed: .left))
  }

  /// Windows that hold still but for noise: M = C / noise².
  package init(still length: Int, noise: Double) {
    let share = 1 / Double(length)
    var precision = DoubleMatrix(
      rows: length, columns: length, repeating: -share / (noise * noise))
    for row in 0..<length { precision[row, row] += 1 / (noise * noise) }
    self.init(mean: [Double](repeating: 0, count: length), precision: precision)
  }

  private init(mean: [Double], precision: DoubleMatrix) {
    (self.mean, self.precision) = (mean, precision)
  }

  /// The Gaussian of the first rows alone: M_kk - M_km M_mm^-1 M_mk of the kept and the missing rows.
  package func shortened(to rows: Int) -> WindowInpainter {
    guard rows < length else { return self }
    let missing = Array(rows..<length)
    var cross = DoubleMatrix(rows: missing.count, columns: rows)
    for (place, row) in missing.enumerated() {
      for column in 0..<rows { cross[place, column] = precision[row, column] }
    }
    var kept = precision.leading(rows)
    if let solution = solvePositive(block(missing), cross) {
      let explained = product(cross, solution, transposed: .left)
      for index in kept.values.indices { kept.values[index] -= explained.values[index] }
    }
    return WindowInpainter(mean: Array(mean.prefix(rows)), precision: kept)
  }

  /// g = M (x - mean), `[length]`.
  package func gradient(of window: [Float]) -> [Double] {
    precondition(window.count == length, "\(window.count) rows for windows of \(length)")
    let centered = zip(window, mean).map { Double($0) - $1 }
    return product(precision, DoubleMatrix(rows: length, columns: 1, values: centered)).values
  }

  /// What to take off the hidden rows so that they hold their conditional mean, M_SS^-1 g_S.
  package func correction(hiding rows: [Int], gradient: [Double]) -> [Double] {
    CholeskyFactor(of: block(rows))?.solve(rows.map { gradient[$0] })
      ?? [Double](repeating: 0, count: rows.count)
  }

  /// The gain of hiding the first k of the listed rows, for k = 1 to their number, from one factor: the
  /// running sum of (L^-1 g)².
  package func gains(hiding rows: [Int], gradient: [Double]) -> [Double] {
    var whitened = rows.map { gradient[$0] }
    guard let factor = CholeskyFactor(of: block(rows)) else {
      return [Double](repeating: 0, count: rows.count)
    }
    factor.whiten(&whitened)
    var gain = 0.0
    return whitened.map { value in
      gain += value * value
      return gain
    }
  }

  /// M of some rows, its diagonal a millionth higher so that its factor exists.
  func block(_ rows: [Int]) -> DoubleMatrix {
    var block = DoubleMatrix(rows: rows.count, columns: rows.count)
    for (place, row) in rows.enumerated() {
      let start = row * length
      for (other, column) in rows.enumerated() {
        block.values[place * rows.count + other] = precision.values[start + column]
      }
      block.values[place * rows.count + place] *= 1 + 1e-6
    }
    return block
  }

  /// M_SS^-1 of a run of rows; zeros where there is none.
  package func covariance(hiding rows: [Int]) -> DoubleMatrix {
    guard let inverse = CholeskyFactor(of: block(rows))?.inverse() else {
      return DoubleMatrix(rows: rows.count, columns: rows.count)
    }
    return product(inverse, inverse, transposed: .left)
  }

  /// What the search for stretches needs of these windows.
  ///
  /// * `plan`: starts and lengths that are looked at; the same at every call.
  package mutating func searchTables(_ plan: SearchPlan) -> SearchTables {
    if let tables { return tables }
    let made = SearchTables(self, plan)
    tables = made
    return made
  }
}
