package import Compute
import Diffusion
import Neural

/// A segment with all its raw measures and its score, of which parts can be measured anew.
package struct SeriesMeasurement: Sendable {
  /// `[rows, channels]`, encoded units.
  package internal(set) var values: Matrix
  /// The sum of -log p at each row.
  package internal(set) var scores: [Float]
  /// Whether the step to a cell from the row before it says nothing, `[rows * channels]`.
  package internal(set) var unknownSteps: [Bool]
  /// Work done on changes so far, in rows measured from scratch.
  package internal(set) var work = 0.0
  var measured: SeriesScorer.Measured
}

extension SeriesScorer {
  /// The scores of a segment as `scores(for:)` gives them, and what is needed to change its rows.
  package func assess(
    _ values: Matrix, filled: [Bool] = [], explains: Bool, workers: Int
  ) async -> (scores: RowScores, measurement: SeriesMeasurement) {
    let measured = await measure(values, filled: filled, explains: explains, workers: workers)
    var scored = measured
    let scores = total(&scored)
    let measurement = SeriesMeasurement(
      values: values, scores: scores, unknownSteps: measured.steps.values.map(\.isNaN),
      measured: measured)
    return (
      RowScores(scores: scores, contributions: scored.squares, expected: scored.expected),
      measurement
    )
  }

  /// Measures and scores anew what depends on changed rows: windows over them, forecasts of the rows
  /// behind them, and the smoothed averages near by.
  ///
  /// * `values`: the segment as it is now.
  /// * `rows`: the rows that changed in themselves.
  /// * `moved`: rows that all changed by one constant in each channel, which measures that take windows
  ///   less their level see at its first row only; may be empty.
  /// * `changed`: the channels that changed.
  package func update(
    _ measurement: inout SeriesMeasurement, to values: Matrix, rows: Range<Int>,
    moved: Range<Int>, channels changed: [Int], workers: Int
  ) async {
    measurement.values = values
    if measurement.measured.isShort {
      measurement.measured = await measure(values, filled: [], explains: false, workers: workers)
      measurement.work += Double(values.rows)
      return rescore(&measurement, rows: 0..<values.rows)
    }
    let edge = moved.isEmpty ? rows : rows.joined(with: moved.lowerBound..<moved.lowerBound + 1)
    let whole = moved.isEmpty ? rows : rows.joined(with: moved)
    let costs = costs
    let unit = costs.reduce(0, +)
    var (first, index) = (0, 0)
    for (channel, measure) in forecasts {
      if changed.contains(channel) {
        let count = await measure.update(
          &measurement.measured, values.column(channel), rows: edge, first: first,
          isCausal: isCausal, workers: workers)
        measurement.work += Double(count) * costs[index] / unit
      }
      (first, index) = (first + measure.count, index + 1)
    }
    for (level, measure) in whitened.enumerated() {
      let count = await measure.update(
        &measurement.measured, values, rows: measure.denoiser.centersWindows ? edge : whole,
        at: level, of: [.residual, .density], isCausal: isCausal, workers: workers)
      measurement.work += Double(count) * costs[index] / unit
      index += 1
    }
    for (own, (channel, measure)) in channels.enumerated() {
      if changed.contains(channel) {
        let count = await measure.update(
          &measurement.measured, values.column(channel), rows: edge, at: own, of: [.channels],
          isCausal: isCausal, workers: workers)
        measurement.work += Double(count) * costs[index] / unit
      }
      index += 1
    }
    let reach = seesLevels ? whole : edge
    rescore(
      &measurement,
      rows: max(0, reach.lowerBound - longest)..<min(values.rows, reach.upperBound + longest))
  }

  /// Whether a constant that moves all rows changes more than the windows over its first row.
  package var seesLevels: Bool { whitened.contains { !$0.denoiser.centersWindows } }

  /// The work of a row in each measure, multiplications.
  private var costs: [Double] {
    forecasts.map { $0.measure.rowCost } + whitened.map(\.rowCost)
      + channels.map { $0.measure.rowCost }
  }

  /// Scores rows anew, and those that smoothing carries their change to.
  package func rescore(_ measurement: inout SeriesMeasurement, rows: Range<Int>) {
    let count = measurement.values.rows
    let margin = Int(8 * (parts.map(\.tau).max() ?? 0))
    let isShort = measurement.measured.isShort
    let target =
      isShort
      ? 0..<count : max(0, rows.lowerBound - margin)..<min(count, rows.upperBound + margin)
    let slice =
      isShort
      ? 0..<count : max(0, target.lowerBound - margin)..<min(count, target.upperBound + margin)
    var part = measurement.slice(slice)
    let scores = total(&part)
    for row in target { measurement.scores[row] = scores[row - slice.lowerBound] }
  }

  /// How surprisingly still a row's surroundings are, where that counts in the place of the residual;
  /// nil where it does not.
  package func stillness(at row: Int, of measurement: SeriesMeasurement) -> Float? {
    guard !stillness.gauges.isEmpty, let part = parts.first(where: { $0.kind == .residual })
    else { return nil }
    let slice = measurement.rowsNear(row, margin: Int(8 * part.tau) + 20)
    let measured = measurement.slice(slice)
    let own = part.values(measured, isCausal: isCausal)[row - slice.lowerBound]
    let surprise = stillness.surprises(measured.steps, isCausal: isCausal)[row - slice.lowerBound]
    return surprise > part.scale.surprise(own) ? surprise : nil
  }

  /// The run of rows around `row` in which stillness stays above half of what it is there, and the
  /// channel that stands stillest in it.
  package func stillRun(
    around row: Int, of measurement: SeriesMeasurement
  ) -> (rows: Range<Int>, channel: Int) {
    let surprises = stillness.surprises(measurement.steps, isCausal: isCausal)
    var (start, end) = (row, row + 1)
    let least = surprises[row] / 2
    while start > 0, surprises[start - 1] > least { start -= 1 }
    while end < surprises.count, surprises[end] > least { end += 1 }
    var best: (channel: Int, ratio: Double) = (stillness.gauges.first?.channel ?? 0, .infinity)
    for gauge in stillness.gauges {
      let known = (start..<end).compactMap { row -> Double? in
        let step = measurement.steps[row, gauge.channel]
        return step.isNaN ? nil : Double(step)
      }
      guard !known.isEmpty else { continue }
      let mean = known.reduce(0, +) / Double(known.count)
      let ratio = mean / (Double(gauge.usual) + 1e-12)
      if ratio < best.ratio { best = (gauge.channel, ratio) }
    }
    return (start..<end, best.channel)
  }
}

extension Stillness {
  /// -log p of the depth of the stillest channel at each row.
  func surprises(_ steps: Matrix, isCausal: Bool) -> [Float] {
    var deepest = [Float](repeating: -SeriesRecipe.deepestStillness, count: steps.rows)
    for gauge in gauges {
      for (row, depth) in gauge.depths(steps, isCausal: isCausal).enumerated() {
        deepest[row] = max(deepest[row], depth)
      }
    }
    return deepest.map(scale.surprise)
  }
}

extension SeriesMeasurement {
  /// Squared steps, unknown where they say nothing.
  var steps: Matrix { maskedSteps(0..<values.rows) }

  private func maskedSteps(_ rows: Range<Int>) -> Matrix {
    let channels = values.columns
    var steps = Matrix(rows: rows.count, columns: channels)
    let first = rows.lowerBound * channels
    for index in steps.values.indices {
      let place = first + index
      let isKnown = place >= channels && !unknownSteps[place]
      let step = isKnown ? values.values[place] - values.values[place - channels] : .nan
      steps.values[index] = step * step
    }
    return steps
  }

  func rowsNear(_ row: Int, margin: Int) -> Range<Int> {
    max(0, row - margin)..<min(values.rows, row + margin + 1)
  }

  /// The raw measures of some rows.
  func slice(_ rows: Range<Int>) -> SeriesScorer.Measured {
    var part = SeriesScorer.Measured()
    part.raw = measured.raw.mapValues { measures in
      measures.map { SeriesScorer.Raw(values: Array($0.values[rows]), filling: $0.filling) }
    }
    part.isShort = measured.isShort
    part.squares = Matrix(rows: rows.count, columns: values.columns)
    part.steps = maskedSteps(rows)
    return part
  }

  /// Makes the steps to some cells of a channel unknown.
  package mutating func hideSteps(_ rows: Range<Int>, channel: Int) {
    for row in rows where row < values.rows {
      unknownSteps[row * values.columns + channel] = true
    }
  }
}

extension ForecastMeasure {
  fileprivate var rowCost: Double {
    let closed = Double(condition.seen * condition.hidden)
    guard let denoiser else { return closed }
    let shape = denoiser.trained.network.shape
    return closed + Double(cutter.length * cutter.length) + shape.rowCost
  }

  /// Measures the forecasts that changed rows enter or are, and tells of how many rows.
  fileprivate func update(
    _ measured: inout SeriesScorer.Measured, _ channel: Matrix, rows: Range<Int>, first: Int,
    isCausal: Bool, workers: Int
  ) async -> Int {
    let count = channel.rows
    let target = rows.lowerBound..<min(count, rows.upperBound + cutter.length)
    let slice =
      max(
        0, target.lowerBound - cutter.length + 1)..<min(
        count, target.upperBound + condition.hidden - 1)
    let result = await measure(
      channel.padded(rows: slice, to: slice.count), isCausal: isCausal, workers: workers)
    for (index, errors) in result.errors.enumerated() {
      for row in target {
        measured.raw[.forecast]?[first + index].values[row] = errors[row - slice.lowerBound]
      }
    }
    return slice.count
  }
}

extension WhitenedMeasure {
  fileprivate var rowCost: Double {
    let square = Double(denoiser.mean.count * denoiser.mean.count)
    let network = denoiser.correction.map { 2 * square + $0.trained.network.shape.rowCost } ?? 0
    return (square + network) / Double(stride)
  }

  /// Measures the windows over changed rows, and tells of how many rows.
  fileprivate func update(
    _ measured: inout SeriesScorer.Measured, _ values: Matrix, rows: Range<Int>, at index: Int,
    of kinds: [SeriesScorer.Part.Kind], isCausal: Bool, workers: Int
  ) async -> Int {
    let step = isCausal ? 1 : stride
    let starts = cutter.starts(in: values.rows, stride: step)
    let touched = starts.filter { $0 + cutter.length > rows.lowerBound && $0 < rows.upperBound }
    guard let first = touched.first, let last = touched.last else { return 0 }
    let target = first..<last + cutter.length
    let around = starts.filter {
      $0 + cutter.length > target.lowerBound && $0 < target.upperBound
    }
    let slice = (around.first ?? 0)..<(around.last ?? 0) + cutter.length
    let result = await measure(
      values.padded(rows: slice, to: slice.count), explains: false, isCausal: isCausal,
      workers: workers, height: fewRows(around.count))
    let squares = result.squares.rowMeans()
    for kind in kinds {
      let values = kind == .density ? result.density : squares
      for row in target { measured.raw[kind]?[index].values[row] = values[row - slice.lowerBound] }
    }
    return slice.count
  }

  /// The height of the products for a few windows.
  private func fewRows(_ count: Int) -> Int { min(chunkRows, (count + 15) / 16 * 16) }
}

extension NetworkShape {
  fileprivate var rowCost: Double {
    Double((inputs + outputs) * width + 2 * blocks * width * width)
  }
}

extension Range<Int> {
  /// The least range that covers both; of an empty one only the other counts.
  package func joined(with other: Range<Int>) -> Range<Int> {
    guard !isEmpty else { return other }
    guard !other.isEmpty else { return self }
    return Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
  }
}

extension SeriesMeasurement {
  /// Counts the work of what was tried and undone.
  package mutating func count(work: Double) { self.work = max(self.work, work) }
}
