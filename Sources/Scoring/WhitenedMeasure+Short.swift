import Compute
import Diffusion

extension WhitenedMeasure {
  /// Measures a segment shorter than a window.
  ///
  /// The window is completed by its conditional mean given the rows there are. That adds nothing to the
  /// distance, which is therefore that of these rows alone.
  func measureShort(_ values: Matrix, explains: Bool, workers: Int) async -> Result {
    let continued = Matrix(
      rows: cutter.length, columns: cutter.channels, values: denoiser.continued(values.values))
    var result = await measure(continued, explains: explains, isCausal: false, workers: workers)
    let filling = Float(values.rows) / Float(cutter.length)
    result.density = result.density.prefix(values.rows).map { $0 / filling }
    result.squares = result.squares.padded(rows: 0..<values.rows, to: values.rows)
    if explains { result.expected = result.expected.padded(rows: 0..<values.rows, to: values.rows) }
    return result
  }
}
