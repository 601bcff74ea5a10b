package import Compute
import Diffusion

/// A segment with its raw measures and scores, which can be updated incrementally when rows change.
package struct SeriesMeasurement: Sendable {
  /// `[rows, channels]`, encoded units.
  package internal(set) var values: Matrix
  /// The sum of -log p at each row, `[rows]`.
  package internal(set) var scores: [Float]
  /// The cost of all updates so far, in rows measured from scratch.
  package internal(set) var work = 0.0
  /// Whether the step to a cell from the row before it is unknown, `[rows * channels]`.
  var unknownSteps: [Bool]
  var measured: SeriesScorer.Measured
  /// -log p of each part alone, `[parts][rows]`, and of stillness; empty until something changes.
  var surprises: [[Float]] = []
  var still: [Float] = []

  /// Takes over the work of a copy whose changes were tried and discarded.
  package mutating func count(work: Double) { self.work = max(self.work, work) }

  /// Makes the steps to these rows of a channel unknown, as where values have been replaced.
  package mutating func hideSteps(_ rows: Range<Int>, channel: Int) {
    for row in rows where row < values.rows {
      unknownSteps[row * values.columns + channel] = true
    }
  }

  /// Squared steps to these rows, `[rows, channels]`; NaN where unknown.
  func steps(_ rows: Range<Int>) -> Matrix {
    let channels = values.columns
    var steps = Matrix(rows: rows.count, columns: channels)
    let first = rows.lowerBound * channels
    for index in steps.values.indices {
      let cell = first + index
      let isKnown = cell >= channels && !unknownSteps[cell]
      let step = isKnown ? values.values[cell] - values.values[cell - channels] : .nan
      steps.values[index] = step * step
    }
    return steps
  }

  /// The measures of a part at some rows.
  func slice(_ kind: SeriesScorer.Part.Kind, _ rows: Range<Int>) -> SeriesScorer.Measured {
    var slice = SeriesScorer.Measured()
    slice.raw[kind] = measured.raw[kind]?.map {
      SeriesScorer.Raw(values: Array($0.values[rows]), filling: $0.filling)
    }
    slice.isShort = measured.isShort
    slice.steps = Matrix(rows: rows.count, columns: 0)
    return slice
  }
}

extension SeriesScorer {
  /// Scores a segment like `scores(for:)` and keeps its measures for later updates.
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

  /// Updates what depends on changed rows: windows over them, forecasts of the rows behind them, and
  /// smoothed averages nearby.
  ///
  /// * `values`: the segment with its changes.
  /// * `rows`: the rows that changed individually.
  /// * `moved`: rows that were all shifted by one constant per channel; measures of centered windows
  ///   depend on its first row only. May be empty.
  /// * `changed`: the channels that changed.
  package func update(
    _ measurement: inout SeriesMeasurement, to values: Matrix, rows: Range<Int>,
    moved: Range<Int>, channels changed: [Int], workers: Int
  ) async {
    prepare(&measurement)
    measurement.values = values
    let all = 0..<values.rows
    if measurement.measured.isShort {
      measurement.measured = await measure(values, filled: [], explains: false, workers: workers)
      measurement.work += Double(values.rows)
      return rescore(&measurement, parts.map { _ in all }, steps: all)
    }
    let edge = moved.isEmpty ? rows : rows.joined(with: moved.lowerBound..<moved.lowerBound + 1)
    let whole = moved.isEmpty ? rows : rows.joined(with: moved)
    var work = MeasuredWork(self)
    var first = 0
    for (channel, measure) in forecasts {
      if changed.contains(channel) {
        let target = await measure.update(
          &measurement.measured, values, channel, rows: edge, first: first, isCausal: isCausal,
          workers: workers)
        work.add(target, [.forecast], cost: measure.rowCost)
      }
      first += measure.count
    }
    for (index, measure) in whitened.enumerated() {
      let target = await measure.update(
        &measurement.measured, values, nil,
        rows: measure.denoiser.centersWindows ? edge : whole, at: index,
        of: [.residual, .density], isCausal: isCausal, workers: workers)
      work.add(target, [.residual, .density], cost: measure.rowCost)
    }
    for (index, (channel, measure)) in channels.enumerated() where changed.contains(channel) {
      let target = await measure.update(
        &measurement.measured, values, channel, rows: edge, at: index, of: [.channels],
        isCausal: isCausal, workers: workers)
      work.add(target, [.channels], cost: measure.rowCost)
    }
    measurement.work += work.rows
    rescore(
      &measurement, work.touched, steps: edge.lowerBound..<min(values.rows, edge.upperBound + 1))
  }

  /// Whether some measure depends on the level, so that shifting rows changes it inside the shifted run.
  package var seesLevels: Bool { whitened.contains { !$0.denoiser.centersWindows } }

  /// Updates the scores after the steps to some rows became unknown.
  package func rescore(_ measurement: inout SeriesMeasurement, steps: Range<Int>) {
    prepare(&measurement)
    rescore(&measurement, parts.map { _ in 0..<0 }, steps: steps)
  }

  /// The surprise of stillness at a row, where it replaces that of the residual; nil elsewhere.
  package func stillness(at row: Int, of measurement: inout SeriesMeasurement) -> Float? {
    prepare(&measurement)
    guard let index = parts.firstIndex(where: { $0.kind == .residual }),
      !measurement.still.isEmpty, measurement.still[row] > measurement.surprises[index][row]
    else { return nil }
    return measurement.still[row]
  }

  /// The run of rows around `row` in which the surprise of stillness stays above half of its value there,
  /// and the channel with the smallest steps in it, relative to its baseline.
  package func stillRun(
    around row: Int, of measurement: SeriesMeasurement
  ) -> (rows: Range<Int>, channel: Int) {
    let surprises = measurement.still
    var (start, end) = (row, row + 1)
    let least = surprises[row] / 2
    while start > 0, surprises[start - 1] > least { start -= 1 }
    while end < surprises.count, surprises[end] > least { end += 1 }
    let steps = measurement.steps(start..<end)
    var best = (channel: stillness.gauges.first?.channel ?? 0, ratio: Double.infinity)
    for gauge in stillness.gauges {
      let known = (0..<steps.rows).compactMap { row -> Double? in
        let step = steps[row, gauge.channel]
        return step.isNaN ? nil : Double(step)
      }
      guard !known.isEmpty else { continue }
      let ratio = known.reduce(0, +) / Double(known.count) / (Double(gauge.usual) + 1e-12)
      if ratio < best.ratio { best = (gauge.channel, ratio) }
    }
    return (start..<end, best.channel)
  }

  /// Computes the surprises of the parts separately, once, before the first update.
  private func prepare(_ measurement: inout SeriesMeasurement) {
    guard measurement.surprises.isEmpty else { return }
    let all = 0..<measurement.values.rows
    let zeros = [Float](repeating: 0, count: all.count)
    measurement.surprises = parts.map { _ in zeros }
    measurement.still = stillness.gauges.isEmpty ? [] : zeros
    rescore(&measurement, parts.map { _ in all }, steps: all)
  }

  /// Updates the scores where measures or steps changed.
  ///
  /// * `touched`: the changed rows of each part.
  /// * `steps`: the rows to which steps changed.
  private func rescore(
    _ measurement: inout SeriesMeasurement, _ touched: [Range<Int>], steps: Range<Int>
  ) {
    var reach = 0..<0
    for (index, rows) in touched.enumerated() where !rows.isEmpty {
      let (target, slice) = measurement.near(
        rows, margin: SeriesMeasurement.margin(of: parts[index].tau))
      let part = parts[index]
      let values = part.values(measurement.slice(part.kind, slice), isCausal: isCausal)
      for row in target {
        measurement.surprises[index][row] = part.scale.surprise(values[row - slice.lowerBound])
      }
      reach = reach.joined(with: target)
    }
    if !measurement.still.isEmpty, !steps.isEmpty {
      let (target, slice) = measurement.near(steps, margin: stillness.reach)
      let surprises = stillness.surprises(measurement.steps(slice), isCausal: isCausal)
      for row in target { measurement.still[row] = surprises[row - slice.lowerBound] }
      reach = reach.joined(with: target)
    }
    for row in reach { measurement.scores[row] = total(of: measurement, row: row) }
  }

  /// The score of one row; the same rules as `total(_:)` for whole segments.
  private func total(of measurement: SeriesMeasurement, row: Int) -> Float {
    var (total, bound): (Float, Float?) = (0, nil)
    for (index, part) in parts.enumerated() {
      var surprise = measurement.surprises[index][row]
      if part.kind == .residual {
        if !measurement.still.isEmpty { surprise = max(surprise, measurement.still[row]) }
        bound = surprise
      }
      if part.isBounded, let bound { surprise = min(surprise, bound) }
      total += surprise
    }
    return total
  }
}

extension SeriesMeasurement {
  /// The rows to which smoothing carries a change: beyond 12 time scales less than a hundred thousandth of
  /// it is left.
  fileprivate static func margin(of tau: Double) -> Int { Int(12 * tau) }

  /// The rows affected by a change through smoothing, and those that they are smoothed from.
  fileprivate func near(_ rows: Range<Int>, margin: Int) -> (target: Range<Int>, slice: Range<Int>)
  {
    let all = 0..<values.rows
    guard !measured.isShort else { return (all, all) }
    let target = max(0, rows.lowerBound - margin)..<min(all.upperBound, rows.upperBound + margin)
    return (
      target, max(0, target.lowerBound - margin)..<min(all.upperBound, target.upperBound + margin)
    )
  }
}

extension Stillness {
  /// -log p of the depth of the stillest channel at each row, `[rows]`.
  fileprivate func surprises(_ steps: Matrix, isCausal: Bool) -> [Float] {
    var deepest = [Float](repeating: -SeriesRecipe.deepestStillness, count: steps.rows)
    for gauge in gauges {
      for (row, depth) in gauge.depths(steps, isCausal: isCausal).enumerated() {
        deepest[row] = max(deepest[row], depth)
      }
    }
    return deepest.map(scale.surprise)
  }

  /// The number of rows on either side that a step influences.
  fileprivate var reach: Int {
    gauges.reduce(0) { most, gauge in
      switch gauge.average {
      case .window(let rows): max(most, rows)
      case .decay(let tau): max(most, SeriesMeasurement.margin(of: tau))
      }
    }
  }
}

/// The extent of an update: the rows touched in each part, and the work in equivalents of rows measured
/// from scratch.
private struct MeasuredWork {
  private(set) var rows = 0.0
  private(set) var touched: [Range<Int>]
  private let scorer: SeriesScorer
  /// The multiplications for one row in all measures.
  private let unit: Double
  /// The equivalent in multiplications of smoothing and logarithms of one measure.
  private static let overhead = 100.0

  init(_ scorer: SeriesScorer) {
    self.scorer = scorer
    touched = scorer.parts.map { _ in 0..<0 }
    let costs =
      scorer.forecasts.map { $0.measure.rowCost } + scorer.whitened.map(\.rowCost)
      + scorer.channels.map { $0.measure.rowCost }
    unit = costs.reduce(0) { $0 + $1 + Self.overhead }
  }

  mutating func add(_ rows: Range<Int>, _ kinds: [SeriesScorer.Part.Kind], cost: Double) {
    guard !rows.isEmpty else { return }
    self.rows += Double(rows.count) * (cost + Self.overhead) / unit
    for (index, part) in scorer.parts.enumerated() where kinds.contains(part.kind) {
      if touched[index].isEmpty {
        let smoothed = SeriesMeasurement.margin(of: part.tau) * scorer.count(of: part.kind)
        self.rows += 2 * Double(smoothed) * Self.overhead / unit
      }
      touched[index] = touched[index].joined(with: rows)
    }
  }
}

extension ForecastMeasure {
  fileprivate var rowCost: Double {
    let closed = Double(condition.seen * condition.hidden)
    guard let denoiser else { return closed }
    return closed + Double(cutter.length * cutter.length) + denoiser.trained.rowCost
  }

  /// Updates the forecasts from and of changed rows; returns the rows whose measures were updated.
  fileprivate func update(
    _ measured: inout SeriesScorer.Measured, _ values: Matrix, _ channel: Int,
    rows: Range<Int>, first: Int, isCausal: Bool, workers: Int
  ) async -> Range<Int> {
    let count = values.rows
    let target = rows.lowerBound..<min(count, rows.upperBound + cutter.length)
    let slice =
      max(
        0, target.lowerBound - cutter.length + 1)..<min(
        count, target.upperBound + condition.hidden - 1)
    let result = await measure(
      values.rows(slice, channel: channel), isCausal: isCausal, workers: workers)
    for (index, errors) in result.errors.enumerated() {
      for row in target {
        measured.raw[.forecast]?[first + index].values[row] = errors[row - slice.lowerBound]
      }
    }
    return target
  }
}

extension WhitenedMeasure {
  fileprivate var rowCost: Double {
    let square = Double(denoiser.mean.count * denoiser.mean.count)
    let network = denoiser.correction.map { 2 * square + $0.trained.rowCost } ?? 0
    return (square + network) / Double(stride)
  }

  /// Updates the windows over changed rows; returns the rows whose measures were updated.
  fileprivate func update(
    _ measured: inout SeriesScorer.Measured, _ values: Matrix, _ channel: Int?,
    rows: Range<Int>, at index: Int, of kinds: [SeriesScorer.Part.Kind], isCausal: Bool,
    workers: Int
  ) async -> Range<Int> {
    let step = isCausal ? 1 : stride
    let starts = cutter.starts(in: values.rows, stride: step)
    let touched = starts.filter { $0 + cutter.length > rows.lowerBound && $0 < rows.upperBound }
    guard let first = touched.first, let last = touched.last else { return 0..<0 }
    let target = first..<last + cutter.length
    let around = starts.filter {
      $0 + cutter.length > target.lowerBound && $0 < target.upperBound
    }
    let slice = (around.first ?? 0)..<(around.last ?? 0) + cutter.length
    let result = await measure(
      values.rows(slice, channel: channel), explains: false, isCausal: isCausal,
      workers: workers, height: fewRows(around.count))
    let squares = result.squares.rowMeans()
    for kind in kinds {
      let means = kind == .density ? result.density : squares
      for row in target { measured.raw[kind]?[index].values[row] = means[row - slice.lowerBound] }
    }
    return target
  }

  /// The height of matrix products for a few windows: the next multiple of 16.
  private func fewRows(_ count: Int) -> Int { min(chunkRows, (count + 15) / 16 * 16) }
}

extension Range<Int> {
  /// The smallest range that covers both; an empty range is ignored.
  package func joined(with other: Range<Int>) -> Range<Int> {
    guard !isEmpty else { return other }
    guard !other.isEmpty else { return self }
    return Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
  }
}

extension Matrix {
  /// A range of rows, of one channel or of all.
  fileprivate func rows(_ rows: Range<Int>, channel: Int?) -> Matrix {
    guard let channel else { return padded(rows: rows, to: rows.count) }
    return Matrix(
      rows: rows.count, columns: 1, values: rows.map { values[$0 * columns + channel] })
  }
}
