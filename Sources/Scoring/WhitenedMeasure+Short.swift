import Compute
import Diffusion

extension WhitenedMeasure {
  /// Measures a segment that no window fits into: its window is continued by what its rows let expect,
  /// which adds nothing to its distance, so that the distance is that of the rows alone.
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
