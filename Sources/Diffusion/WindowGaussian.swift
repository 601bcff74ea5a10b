package import Compute

/// Windows of a series as one Gaussian.
package struct WindowGaussian: Sendable {
  /// Mean of the windows, `[features]`.
  package let mean: [Float]
  /// `[features, features]`.
  package let covariance: DoubleMatrix
  /// Root mean square of the centered windows: the unit of sigma.
  package let deviation: Float

  /// * `windows`: `[windows, features]`.
  package static func fit(to windows: Matrix) -> WindowGaussian {
    let mean = windows.columnMeans()
    let covariance = windows.covariance(around: mean)
    let deviation = Float((covariance.trace / Double(max(1, covariance.rows))).squareRoot())
    return WindowGaussian(mean: mean, covariance: covariance, deviation: max(deviation, 1e-4))
  }

  package init(mean: [Float], covariance: DoubleMatrix, deviation: Float) {
    (self.mean, self.covariance, self.deviation) = (mean, covariance, deviation)
  }

  /// Q^(1/2) with Q = (covariance + (sigma · deviation)² I)^-1: turns a window into its whitened
  /// residual, `[features, features]`.
  package func whitening(sigma: Float) -> Matrix {
    let noise = Double(sigma * deviation) * Double(sigma * deviation)
    return SymmetricEigen(of: covariance).applying { 1 / (max(0, $0) + noise).squareRoot() }.single
  }
}

/// Cuts a segment into windows of `length` rows; each is a contiguous run of its values.
package struct WindowCutter: Sendable {
  package let length, channels: Int

  package init(length: Int, channels: Int) { (self.length, self.channels) = (length, channels) }

  /// The first rows of windows every `stride` rows; the last window ends at the end.
  package func starts(in rows: Int, stride step: Int) -> [Int] {
    guard rows >= length else { return [] }
    var starts = Array(stride(from: 0, through: rows - length, by: max(1, step)))
    if let last = starts.last, last < rows - length { starts.append(rows - length) }
    return starts
  }

  /// The windows that begin at the listed rows, `[starts, length * channels]`.
  package func windows(of values: Matrix, at starts: some Collection<Int>) -> Matrix {
    var cut: [Float] = []
    cut.reserveCapacity(starts.count * length * channels)
    for start in starts {
      cut.append(contentsOf: values.values[start * channels..<(start + length) * channels])
    }
    return Matrix(rows: starts.count, columns: length * channels, values: cut)
  }
}
