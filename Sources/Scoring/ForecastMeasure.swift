import Compute
package import Diffusion

/// How badly the last points of each window are foreseen from the others: (x - D)² / P.
package struct ForecastMeasure: Sendable {
  package let cutter: WindowCutter
  package let condition: WindowCondition
  /// nil for the closed form alone.
  package let denoiser: WindowDenoiser?

  package init(cutter: WindowCutter, condition: WindowCondition, denoiser: WindowDenoiser?) {
    precondition(cutter.channels == 1, "forecasts are for one channel, got \(cutter.channels)")
    (self.cutter, self.condition, self.denoiser) = (cutter, condition, denoiser)
  }

  /// For each row the mean over the windows that hide it and what was foreseen one step ahead, NaN
  /// where no window does.
  ///
  /// * `isCausal`: whether a row counts only as the last of a window, so that no later row must be
  ///   there.
  func measure(_ values: Matrix, isCausal: Bool, workers: Int) async -> (
    errors: [Float], foreseen: [Float]
  ) {
    let starts = cutter.starts(in: values.rows, stride: 1)
    let first = isCausal ? condition.hidden - 1 : 0
    var errors = [Float](repeating: 0, count: values.rows)
    var counts = errors
    var foreseen = [Float](repeating: .nan, count: values.rows)
    let parts = chunks(of: starts.count)
    for wave in stride(from: 0, to: parts.count, by: 16) {
      let some = parts[wave..<min(parts.count, wave + 16)]
      let pieces = await parallelMap(some.count, workers: workers) { part in
        self.forecasts(values, starts[some[wave + part]])
      }
      for (piece, range) in zip(pieces, some) {
        for (window, start) in starts[range].enumerated() {
          for offset in first..<condition.hidden {
            let row = start + condition.seen + offset
            let residual = values.values[row] - piece[window, offset]
            errors[row] += residual * residual / condition.variance[condition.seen + offset]
            counts[row] += 1
            if offset == condition.hidden - 1 { foreseen[row] = piece[window, offset] }
          }
        }
      }
    }
    for row in errors.indices { errors[row] = counts[row] > 0 ? errors[row] / counts[row] : .nan }
    return (errors, foreseen)
  }

  /// The forecasts of the hidden points of some windows, `[windows, hidden]`.
  private func forecasts(_ values: Matrix, _ starts: ArraySlice<Int>) -> Matrix {
    let cut = cutter.windows(of: values, at: starts)
    let windows = cut.padded(rows: 0..<cut.rows, to: chunkRows)
    let level = windows.centeringRows(over: condition.seen)
    let centered = level.adding(condition.mean, scale: -1)
    var denoised = condition.expectation(centered)
    if let denoiser {
      let correction = denoiser.correction(condition, centered, expected: denoised)
      for index in denoised.values.indices { denoised.values[index] += correction.values[index] }
    }
    var forecasts = Matrix(rows: cut.rows, columns: condition.hidden)
    for row in 0..<cut.rows {
      for offset in 0..<condition.hidden {
        let index = row * windows.columns + condition.seen + offset
        let shift = windows.values[index] - centered.values[index]
        forecasts[row, offset] = denoised.values[index] + shift
      }
    }
    return forecasts
  }
}
