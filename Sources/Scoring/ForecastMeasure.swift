import Compute
package import Diffusion

/// The normalised squared errors (x - D)² / P of forecasting the last points of each window, with the
/// closed form as D and, if there is one, with the network.
package struct ForecastMeasure: Sendable {
  package let cutter: WindowCutter
  package let condition: WindowCondition
  /// The network; nil for the closed form alone.
  package let denoiser: WindowDenoiser?

  package init(cutter: WindowCutter, condition: WindowCondition, denoiser: WindowDenoiser?) {
    precondition(cutter.channels == 1, "forecasts are for one channel, got \(cutter.channels)")
    (self.cutter, self.condition, self.denoiser) = (cutter, condition, denoiser)
  }

  /// This measure without its network.
  func withoutNetwork() -> ForecastMeasure {
    ForecastMeasure(cutter: cutter, condition: condition, denoiser: nil)
  }

  /// The number of measures: the closed form, and the network if there is one.
  package var count: Int { denoiser == nil ? 1 : 2 }

  /// The errors of each row, means over the windows that hide it; NaN where no window does.
  package struct Result: Sendable {
    /// Squared errors by the closed form and by the network, `[measures][rows]`.
    package var errors: [[Float]]
    /// The last measure's forecast of each row as the last of a window, in encoded units, `[rows]`.
    package var foreseen: [Float]

    init(rows: Int, measures: Int) {
      errors = Array(repeating: [Float](repeating: 0, count: rows), count: measures)
      foreseen = [Float](repeating: .nan, count: rows)
    }
  }

  /// Measures a segment.
  ///
  /// * `values`: one channel, `[rows, 1]`, encoded units.
  /// * `isCausal`: whether a row counts only as the last of a window, so that no later row is needed.
  func measure(_ values: Matrix, isCausal: Bool, workers: Int) async -> Result {
    let starts = cutter.starts(in: values.rows, stride: 1)
    let first = isCausal ? condition.hidden - 1 : 0
    var result = Result(rows: values.rows, measures: count)
    var counts = [Float](repeating: 0, count: values.rows)
    let parts = chunks(of: starts.count)
    for wave in stride(from: 0, to: parts.count, by: 16) {
      let some = parts[wave..<min(parts.count, wave + 16)]
      let pieces = await parallelMap(some.count, workers: workers) { part in
        self.reconstruct(values, starts[some[wave + part]])
      }
      for (measures, range) in zip(pieces, some) {
        for (window, start) in starts[range].enumerated() {
          for offset in first..<condition.hidden {
            let row = start + condition.seen + offset
            counts[row] += 1
            let point = window * condition.hidden + offset
            for (index, measure) in measures.enumerated() {
              result.errors[index][row] += measure.errors.values[point]
              if offset == condition.hidden - 1 {
                result.foreseen[row] = measure.forecasts.values[point]
              }
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

  /// The forecasts of one chunk of windows, one reconstruction for each measure.
  private func reconstruct(_ values: Matrix, _ starts: ArraySlice<Int>)
    -> [WindowCondition.Reconstruction]
  {
    let cut = cutter.windows(of: values, at: starts)
    return condition.reconstruct(
      cut.padded(rows: 0..<cut.rows, to: chunkRows), with: denoiser)
  }
}
