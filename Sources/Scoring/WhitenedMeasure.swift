package import Compute
package import Diffusion

/// Windows taken apart by Q^(1/2): the whitened residual of each point, and the density of each
/// window as a whole.
package struct WhitenedMeasure: Sendable {
  package let cutter: WindowCutter
  /// Rows between windows.
  package let stride: Int
  /// Whether each window is taken less its own mean.
  package let centersWindows: Bool
  package let mean: [Float]
  /// Q^(1/2), `[features, features]`.
  package let whitening: Matrix
  /// What a network adds to the closed form, at the same noise; nil for the closed form alone.
  package let correction: AxisDenoiser?

  package init(
    cutter: WindowCutter, stride: Int, centersWindows: Bool, mean: [Float], whitening: Matrix,
    correction: AxisDenoiser?
  ) {
    precondition(
      whitening.rows == cutter.length * cutter.channels, "\(whitening.rows) features in windows")
    (self.cutter, self.stride, self.centersWindows) = (cutter, stride, centersWindows)
    (self.mean, self.whitening, self.correction) = (mean, whitening, correction)
  }

  /// The closed form alone.
  func withoutNetwork() -> WhitenedMeasure {
    WhitenedMeasure(
      cutter: cutter, stride: stride, centersWindows: centersWindows, mean: mean,
      whitening: whitening, correction: nil)
  }

  /// What the windows over each row say, means over the windows that cover it.
  package struct Result: Sendable {
    /// Squared whitened residual of each value, `[rows, channels]`.
    package var squares: Matrix
    /// Mean square of the windows, `[rows]`.
    package var density: [Float]
    /// Expected values given all others, `[rows, channels]`; empty when not asked for.
    package var expected: Matrix
  }

  /// Measures a segment.
  ///
  /// * `isCausal`: whether a row is judged by the one window that ends with it alone; rows before the
  ///   first window's end are NaN.
  /// * `height`: windows of a product.
  func measure(
    _ values: Matrix, explains: Bool, isCausal: Bool, workers: Int, height: Int = chunkRows
  ) async -> Result {
    if values.rows < cutter.length, !isCausal {
      return await measureShort(values, explains: explains, workers: workers)
    }
    let starts = cutter.starts(in: values.rows, stride: isCausal ? 1 : stride)
    var sums = WindowSums(
      rows: values.rows, channels: values.columns, explains: explains, isCausal: isCausal)
    let inverse = explains ? inverseDiagonal() : []
    for wave in Swift.stride(from: 0, to: starts.count, by: chunkRows * 16) {
      let parts = chunks(of: min(starts.count - wave, chunkRows * 16))
      let pieces = await parallelMap(parts.count, workers: workers) { part in
        self.residuals(
          values,
          starts[wave..<starts.count][
            wave + parts[part].lowerBound..<wave + parts[part].upperBound], inverse, height)
      }
      for piece in pieces { sums.add(piece, length: cutter.length) }
    }
    return sums.means()
  }

  /// Whitened residuals of one chunk of windows.
  struct Piece: Sendable {
    let starts: [Int]
    let residuals: Matrix
    let expected: Matrix?
  }

  private func residuals(
    _ values: Matrix, _ starts: ArraySlice<Int>, _ inverse: [Float], _ height: Int
  ) -> Piece {
    let cut = cutter.windows(of: values, at: starts)
    let windows = cut.padded(rows: 0..<cut.rows, to: height)
    let level = centersWindows ? windows.centeringRows(over: windows.columns) : windows
    let centered = level.adding(mean, scale: -1)
    var residuals = Matrix(rows: height, columns: centered.columns)
    multiply(centered, whitening, into: &residuals)
    correction?.correct(&residuals, of: centered)
    guard !inverse.isEmpty else {
      return Piece(starts: Array(starts), residuals: residuals, expected: nil)
    }
    var expected = Matrix(rows: height, columns: centered.columns)
    multiply(residuals, whitening, into: &expected)
    for row in 0..<height {
      for (offset, index) in expected.range(ofRow: row).enumerated() {
        expected.values[index] = windows.values[index] - expected.values[index] * inverse[offset]
      }
    }
    return Piece(starts: Array(starts), residuals: residuals, expected: expected)
  }

  /// 1 / Q_jj: replacing point j by x - (Q r)_j / Q_jj is what the other points let expect.
  private func inverseDiagonal() -> [Float] {
    (0..<whitening.rows).map { row in
      1 / max(sumOfSquares(whitening.values.span.extracting(whitening.range(ofRow: row))), 1e-12)
    }
  }
}

/// Sums over the windows that cover each row, in the order of the windows.
struct WindowSums {
  private var squares, expected: Matrix
  private var density: [Float]
  private var counts: [Float]
  /// Whether a window counts for its last row only.
  private let isCausal: Bool

  init(rows: Int, channels: Int, explains: Bool, isCausal: Bool) {
    self.isCausal = isCausal
    squares = Matrix(rows: rows, columns: channels)
    expected = Matrix(rows: explains ? rows : 0, columns: channels)
    density = [Float](repeating: 0, count: rows)
    counts = density
  }

  mutating func add(_ piece: WhitenedMeasure.Piece, length: Int) {
    let channels = squares.columns
    for (window, start) in piece.starts.enumerated() {
      let range = piece.residuals.range(ofRow: window)
      let mean =
        sumOfSquares(piece.residuals.values.span.extracting(range)) / Float(range.count)
      let target = start * channels
      let first = isCausal ? length - 1 : 0
      for (offset, index) in range.enumerated().dropFirst(first * channels) {
        let residual = piece.residuals.values[index]
        squares.values[target + offset] += residual * residual
        if let part = piece.expected {
          expected.values[target + offset] += part.values[index]
        }
      }
      for row in start + first..<start + length {
        density[row] += mean
        counts[row] += 1
      }
    }
  }

  /// Rows that no window covers are NaN, and the mean, 0, is expected there.
  func means() -> WhitenedMeasure.Result {
    var result = WhitenedMeasure.Result(squares: squares, density: density, expected: expected)
    for row in density.indices {
      let share = counts[row] > 0 ? 1 / counts[row] : .nan
      result.density[row] *= share
      for index in squares.range(ofRow: row) {
        result.squares.values[index] *= share
        if expected.rows > 0, counts[row] > 0 { result.expected.values[index] *= share }
      }
    }
    return result
  }
}
