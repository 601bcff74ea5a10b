import Compute
package import Diffusion

/// How badly the last points of each window are foreseen from the others: (x - D)² / P, once with the
/// closed form as D and once with the network.
package struct ForecastMeasure: Sendable {
  package let cutter: WindowCutter
  package let condition: WindowCondition
  /// nil for the closed form alone.
  package let denoiser: WindowDenoiser?

  package init(cutter: WindowCutter, condition: WindowCondition, denoiser: WindowDenoiser?) {
    precondition(cutter.channels == 1, "forecasts are for one channel, got \(cutter.channels)")
    (self.cutter, self.condition, self.denoiser) = (cutter, condition, denoiser)
  }

  /// The closed form alone.
  func withoutNetwork() -> ForecastMeasure {
    ForecastMeasure(cutter: cutter, condition: condition, denoiser: nil)
  }

  /// The number of measures: the closed form, and the network if there is one.
  package var count: Int { denoiser == nil ? 1 : 2 }

  /// For each row the mean over the windows that hide it, NaN where no window does.
  package struct Result: Sendable {
    /// Squared errors by the closed form and by the network, `[measures][rows]`.
    package var errors: [[Float]]
    /// What the last of them foresaw of each row as a window's last, `[rows]`.
    package var foreseen: [Float]

    init(rows: Int, measures: Int) {
      errors = Array(repeating: [Float](repeating: 0, count: rows), count: measures)
      foreseen = [Float](repeating: .nan, count: rows)
    }
  }

  /// Measures a segment.
  ///
  /// * `isCausal`: whether a row counts only as the last of a window, so that no later row must be
  ///   there.
  func measure(_ values: Matrix, isCausal: Bool, workers: Int) async -> Result {
    let starts = cutter.starts(in: values.rows, stride: 1)
    let first = isCausal ? condition.hidden - 1 : 0
    var result = Result(rows: values.rows, measures: count)
    var counts = [Float](repeating: 0, count: values.rows)
    let parts = chunks(of: starts.count)
    for wave in stride(from: 0, to: parts.count, by: 16) {
      let some = parts[wave..<min(parts.count, wave + 16)]
      let pieces = await parallelMap(some.count, workers: workers) { part in
        self.forecasts(values, starts[some[wave + part]])
      }
      for (forecasts, range) in zip(pieces, some) {
        for (window, start) in starts[range].enumerated() {
          for offset in first..<condition.hidden {
            let row = start + condition.seen + offset
            counts[row] += 1
            for (index, forecast) in forecasts.enumerated() {
              let residual = values.values[row] - forecast[window, offset]
              result.errors[index][row] +=
                residual * residual / condition.variance[offset]
              if offset == condition.hidden - 1 { result.foreseen[row] = forecast[window, offset] }
            }
          }
        }
      }
    }
    for index in result.errors.indices {
      for row in counts.indices {
        result.errors[index][row] *= counts[row] > 0 ? 1 / counts[row] : .nan
      }
    }
    return result
  }

  /// The forecasts of the hidden points of some windows, `[windows, hidden]`, one for each measure.
  private func forecasts(_ values: Matrix, _ starts: ArraySlice<Int>) -> [Matrix] {
    let cut = cutter.windows(of: values, at: starts)
    let windows = cut.padded(rows: 0..<cut.rows, to: chunkRows)
    let level = windows.centeringRows(over: condition.seen)
    let centered = level.adding(condition.mean, scale: -1)
    var denoised = [condition.expectation(centered)]
    if let denoiser {
      var corrected = denoiser.correction(condition, centered, expected: denoised[0])
      for index in corrected.values.indices { corrected.values[index] += denoised[0].values[index] }
      denoised.append(corrected)
    }
    return denoised.map { denoised in
      var forecasts = denoised
      for row in 0..<cut.rows {
        for offset in 0..<condition.hidden {
          let index = row * windows.columns + condition.seen + offset
          forecasts[row, offset] += windows.values[index] - centered.values[index]
        }
      }
      return forecasts
    }
  }
}
