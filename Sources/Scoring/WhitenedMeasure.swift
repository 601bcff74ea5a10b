package import Compute
package import Diffusion

/// Reconstruction errors of the windows over each row under a Gaussian: the whitened residual of each
/// point, and the density of each window as a whole.
package struct WhitenedMeasure: Sendable {
  package let cutter: WindowCutter
  /// The distance between the starts of windows, in rows.
  package let stride: Int
  package let denoiser: WindowGaussianDenoiser

  package init(cutter: WindowCutter, stride: Int, denoiser: WindowGaussianDenoiser) {
    precondition(
      denoiser.mean.count == cutter.length * cutter.channels,
      "\(denoiser.mean.count) features in windows")
    (self.cutter, self.stride, self.denoiser) = (cutter, stride, denoiser)
  }

  /// This measure without its network.
  func withoutNetwork() -> WhitenedMeasure {
    WhitenedMeasure(cutter: cutter, stride: stride, denoiser: denoiser.withoutNetwork())
  }

  /// The measures of each row, means over the windows that cover it.
  package struct Result: Sendable {
    /// Squared whitened residual of each value, `[rows, channels]`.
    package var squares: Matrix
    /// Mean squared residual of the windows, `[rows]`.
    package var density: [Float]
    /// The expectation of each value given all others, `[rows, channels]`; empty if not requested.
    package var expected: Matrix
  }

  /// Measures a segment.
  ///
  /// * `values`: `[rows, channels]`, encoded units.
  /// * `isCausal`: whether only the window that ends with a row counts for it; rows before the first
  ///   window's end are NaN.
  /// * `height`: the number of windows per matrix product.
  func measure(
    _ values: Matrix, explains: Bool, isCausal: Bool, workers: Int, height: Int = chunkRows
  ) async -> Result {
    if values.rows < cutter.length, !isCausal {
      return await measureShort(values, explains: explains, workers: workers)
    }
    let starts = cutter.starts(in: values.rows, stride: isCausal ? 1 : stride)
    var sums = WindowSums(
      rows: values.rows, channels: values.columns, explains: explains, isCausal: isCausal)
    for wave in Swift.stride(from: 0, to: starts.count, by: chunkRows * 16) {
      let parts = chunks(of: min(starts.count - wave, chunkRows * 16))
      let pieces = await parallelMap(parts.count, workers: workers) { part in
        self.reconstruct(
          values,
          starts[wave + parts[part].lowerBound..<wave + parts[part].upperBound],
          explains: explains, height: height)
      }
      for piece in pieces { sums.add(piece, length: cutter.length) }
    }
    return sums.means()
  }

  /// The reconstruction of one chunk of windows, with the first row of each.
  struct Piece: Sendable {
    let starts: ArraySlice<Int>
    let windows: WindowGaussianDenoiser.Reconstruction
  }

  private func reconstruct(
    _ values: Matrix, _ starts: ArraySlice<Int>, explains: Bool, height: Int
  ) -> Piece {
    let cut = cutter.windows(of: values, at: starts)
    let windows = cut.padded(rows: 0..<cut.rows, to: height)
    return Piece(starts: starts, windows: denoiser.reconstruct(windows, explains: explains))
  }
}

/// Sums over the windows that cover each row, accumulated in the order of the windows, so that they do
/// not depend on how windows are split among workers.
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
    let (channels, residuals) = (squares.columns, piece.windows.residuals)
    let first = isCausal ? length - 1 : 0
    for (window, start) in piece.starts.enumerated() {
      let target = start * channels
      let points = residuals.range(ofRow: window).enumerated().dropFirst(first * channels)
      for (offset, index) in points {
        squares.values[target + offset] += residuals.values[index] * residuals.values[index]
        if let part = piece.windows.expected {
          expected.values[target + offset] += part.values[index]
        }
      }
      for row in start + first..<start + length {
        density[row] += piece.windows.density[window]
        counts[row] += 1
      }
    }
  }

  /// The means; rows that no window covers are NaN, with the baseline's mean, 0, as expectation.
  func means() -> WhitenedMeasure.Result {
    var result = WhitenedMeasure.Result(squares: squares, density: density, expected: expected)
    for row in density.indices {
      let weight = counts[row] > 0 ? 1 / counts[row] : .nan
      result.density[row] *= weight
      for index in squares.range(ofRow: row) {
        result.squares.values[index] *= weight
        if expected.rows > 0, counts[row] > 0 { result.expected.values[index] *= weight }
      }
    }
    return result
  }
}
