package import Compute

/// Which stretches of a window a search looks at: short ones from every row, longer ones from fewer.
package struct SearchPlan: Sendable, Equatable {
  /// Longest stretch and rows between starts, ascending.
  package let scans: [(length: Int, stride: Int)]
  /// Rows between the places of a change of level.
  package let levelStride: Int
  /// Rows that a change of level may take: 0 to so many.
  package static let mostTransition = 12

  /// * `longest`: rows of the longest stretch.
  package init(window: Int, longest: Int, strides: [Int], levelStride: Int) {
    let lengths = [16, 64, longest].map { max(1, min($0, window / 2)) }
    scans = zip(lengths, strides).map { ($0, $1) }
    self.levelStride = levelStride
  }

  package static func == (a: SearchPlan, b: SearchPlan) -> Bool {
    a.levelStride == b.levelStride && a.scans.elementsEqual(b.scans) { $0 == $1 }
  }
}

/// Inverse Cholesky factors of a window's precision at the runs of rows that a search looks at: they do
/// not depend on the data.
package struct SearchTables: Sendable {
  package let scans: [Scan]
  package let levels: LevelScan

  init(_ inpainter: WindowInpainter, _ plan: SearchPlan) {
    scans = plan.scans.map { Scan(inpainter, length: $0.length, stride: $0.stride) }
    levels = LevelScan(inpainter, stride: plan.levelStride)
  }

  /// Stretches of up to `length` rows from each start.
  package struct Scan: Sendable {
    package let length: Int
    package let starts: [Int]
    /// L^-1 of each run, `[starts * length, length]`.
    private let factors: Matrix

    init(_ inpainter: WindowInpainter, length: Int, stride step: Int) {
      self.length = length
      starts = Array(stride(from: 0, through: inpainter.length - length, by: step))
      var values: [Float] = []
      values.reserveCapacity(starts.count * length * length)
      for start in starts {
        let block = inpainter.block(Array(start..<start + length))
        if let inverse = CholeskyFactor(of: block)?.inverse() {
          values.append(contentsOf: inverse.values.lazy.map { Float($0) })
        } else {
          values.append(contentsOf: repeatElement(0, count: length * length))
        }
      }
      factors = Matrix(rows: starts.count * length, columns: length, values: values)
    }

    /// The gain of hiding the first k + 1 rows from each start, `[starts, length]`.
    package func gains(_ gradient: [Double]) -> Matrix {
      var gains = Matrix(rows: starts.count, columns: length)
      var whitened = [Float](repeating: 0, count: length)
      for (index, start) in starts.enumerated() {
        for offset in 0..<length { whitened[offset] = Float(gradient[start + offset]) }
        let first = index * length * length
        multiplyLower(factors.values.span.extracting(first..<first + length * length), &whitened)
        var gain: Float = 0
        for offset in 0..<length {
          gain += whitened[offset] * whitened[offset]
          gains.values[index * length + offset] = gain
        }
      }
      return gains
    }
  }

  /// Changes of level: some rows hidden and all behind them moved by a constant.
  ///
  /// With u = 1 from row a + k on and w = L^-1 M u at the hidden rows, the gain is that of the hidden
  /// rows and (u' g - w' y)² / (u' M u - w' w), and the ratio the constant.
  package struct LevelScan: Sendable {
    /// Rows a, at which the transition begins.
    package let starts: [Int]
    /// One more than the rows of the longest transition.
    package let width: Int
    /// L^-1 of each run, `[starts * width, width]`.
    private let factors: Matrix
    /// w for each k, `[starts * width, width]`: row j of start s holds what hidden row j says of each k.
    private let overlaps: Matrix
    /// u' M u - w' w, `[starts, width]`.
    private let denominators: Matrix

    init(_ inpainter: WindowInpainter, stride step: Int) {
      let n = inpainter.length
      let margin = max(1, n / 16)
      width = SearchPlan.mostTransition + 1
      starts =
        n < 4 * width ? [] : Array(stride(from: margin, to: n - margin - width - 3, by: step))
      let sums = inpainter.suffixSums()
      var (factors, overlaps) = ([Float](), [Float]())
      var denominators = Matrix(rows: starts.count, columns: width)
      for (index, start) in starts.enumerated() {
        let run = Array(start..<start + width)
        let inverse =
          CholeskyFactor(of: inpainter.block(run))?.inverse()
          ?? DoubleMatrix(rows: width, columns: width)
        var moved = DoubleMatrix(rows: width, columns: width)
        for row in 0..<width {
          for column in 0..<width { moved[row, column] = sums.rows[start + row, start + column] }
        }
        var overlap = product(inverse, moved)
        for column in 0..<width {
          var left = sums.totals[start + column]
          for row in 0..<width {
            if row >= column { overlap[row, column] = 0 }
            left -= overlap[row, column] * overlap[row, column]
          }
          denominators[index, column] = Float(max(left, 1e-9))
        }
        factors.append(contentsOf: inverse.values.lazy.map { Float($0) })
        overlaps.append(contentsOf: overlap.values.lazy.map { Float($0) })
      }
      self.factors = Matrix(rows: starts.count * width, columns: width, values: factors)
      self.overlaps = Matrix(rows: starts.count * width, columns: width, values: overlaps)
      self.denominators = denominators
    }

    /// Gains and constants for k = 0 to the longest transition, `[starts, width]` each.
    package func gains(_ gradient: [Double]) -> (gains: Matrix, shifts: Matrix) {
      var gains = Matrix(rows: starts.count, columns: width)
      var shifts = gains
      var behind = gradient
      for row in behind.indices.dropLast().reversed() { behind[row] += behind[row + 1] }
      var whitened = [Float](repeating: 0, count: width)
      for (index, start) in starts.enumerated() {
        for offset in 0..<width { whitened[offset] = Float(gradient[start + offset]) }
        let first = index * width * width
        multiplyLower(factors.values.span.extracting(first..<first + width * width), &whitened)
        var hidden: Float = 0
        for k in 0..<width {
          var numerator = Float(behind[start + k])
          for row in 0..<k {
            numerator -= overlaps.values[first + row * width + k] * whitened[row]
          }
          let denominator = denominators.values[index * width + k]
          gains.values[index * width + k] = hidden + numerator * numerator / denominator
          shifts.values[index * width + k] = numerator / denominator
          hidden += whitened[k] * whitened[k]
        }
      }
      return (gains, shifts)
    }
  }
}

extension WindowInpainter {
  /// M u_b with u_b = 1 from row b on, as column b, and u_b' M u_b.
  fileprivate func suffixSums() -> (rows: DoubleMatrix, totals: [Double]) {
    var sums = precision
    for row in 0..<length {
      for column in (0..<max(0, length - 1)).reversed() {
        sums.values[row * length + column] += sums.values[row * length + column + 1]
      }
    }
    let totals = (0..<length).map { column in
      (column..<length).reduce(0.0) { $0 + sums.values[$1 * length + column] }
    }
    return (sums, totals)
  }
}
