package import Compute
import Diffusion

/// Scores the rows of a series by several measures of how badly its windows come back, each on a
/// time scale of its own: the sum of -log p.
package struct SeriesScorer: Sendable {
  /// Forecasts of single channels, some rows ahead each.
  package let forecasts: [(channel: Int, measure: ForecastMeasure)]
  /// Whitened residual and density of all channels' windows; of one channel in two lengths, unless
  /// causal.
  package let whitened: [WhitenedMeasure]
  /// The whitened residual of single channels, in series of several.
  package let channels: [(channel: Int, measure: WhitenedMeasure)]
  package internal(set) var parts: [Part]
  /// Counts in the place of the residual where a channel stands suspiciously still.
  package internal(set) var stillness: Stillness
  /// Whether each row is scored by what came before it only.
  package let isCausal: Bool

  /// All measures of one kind, each in units of its baseline mean, averaged, smoothed and turned into
  /// -log p.
  package struct Part: Sendable, Equatable {
    /// What is measured, each by some measures of its own.
    package enum Kind: String, Sendable, Codable, CaseIterable {
      /// How badly rows are foreseen, in closed form and by the network.
      case forecast
      /// Whitened residuals of rows; too small ones count as well (`Stillness`).
      case residual
      /// Densities of windows.
      case density
      /// Whitened residuals of single channels.
      case channels
    }

    package let kind: Kind
    /// What each measure is on average over the baseline; at least 1, what a whitened measure is by design, where
    /// some of many count.
    package var units: [Float]
    /// What the average of the measures is over the baseline: it stands for the rows that a short segment
    /// lacks.
    package var usual: Float
    /// How several measures are averaged.
    package let average: Average
    /// Time scale of the smoothing, rows; 0 for none.
    package let tau: Double
    /// Whether it counts no more than the residual does: a window is suspicious as a whole, and the rows
    /// beside a fault share it.
    package let isBounded: Bool
    package var scale: TailScale

    package init(
      kind: Kind, units: [Float], usual: Float, average: Average, tau: Double, isBounded: Bool,
      scale: TailScale
    ) {
      (self.kind, self.units, self.usual, self.average) = (kind, units, usual, average)
      (self.tau, self.isBounded, self.scale) = (tau, isBounded, scale)
    }
  }

  /// How several measures become one.
  package enum Average: String, Sendable, Codable {
    /// Of measures that tell of one thing: their mean.
    case arithmetic
    /// Of many things, such as channels, few of which may move: the mean of ln(1 + x), so that one that
    /// runs away does not drown the others, over the share of them that stands out most.
    case salient

    /// * `values`: in units of their baseline means; reordered.
    package func callAsFunction(_ values: inout [Float]) -> Float {
      switch self {
      case .arithmetic: return values.reduce(0, +) / Float(values.count)
      case .salient:
        let count = Int((Double(values.count) * SeriesRecipe.salientShare).rounded(.up))
        values.sort(by: >)
        let sum = values.prefix(count).reduce(0.0) { $0 + logarithm(onePlus: Double($1)) }
        return Float(sum / Double(count))
      }
    }
  }

  package init(
    forecasts: [(channel: Int, measure: ForecastMeasure)], whitened: [WhitenedMeasure],
    channels: [(channel: Int, measure: WhitenedMeasure)], parts: [Part], stillness: Stillness,
    isCausal: Bool
  ) {
    (self.forecasts, self.whitened, self.stillness) = (forecasts, whitened, stillness)
    (self.channels, self.parts, self.isCausal) = (channels, parts, isCausal)
  }

  /// What one measure says of each row of a segment.
  struct Raw: Sendable {
    /// NaN where it says nothing, `[rows]`.
    var values: [Float]
    /// How much of a window the segment fills; 1 in what does not count windows.
    var filling: Float = 1
  }

  /// The raw measures of one segment, with what attribution needs.
  struct Measured: Sendable {
    /// Those of each part.
    var raw: [Part.Kind: [Raw]] = [:]
    var squares = Matrix(rows: 0, columns: 0)
    var steps = Matrix(rows: 0, columns: 0)
    var expected = Matrix(rows: 0, columns: 0)
    /// Whether some window did not fit into the segment.
    var isShort = false
  }

  /// How many measures there are of a kind.
  package func count(of kind: Part.Kind) -> Int {
    switch kind {
    case .forecast: forecasts.reduce(0) { $0 + $1.measure.count }
    case .residual, .density: whitened.count
    case .channels: channels.count
    }
  }

  /// Rows that the longest window covers.
  package var longest: Int {
    max(
      forecasts.map(\.measure.cutter.length).max() ?? 0, whitened.map(\.cutter.length).max() ?? 0,
      channels.map(\.measure.cutter.length).max() ?? 0)
  }

  /// The scores of a segment, one for each of its rows.
  ///
  /// * `values`: `[rows, channels]`, encoded units.
  /// * `filled`: whether a value was missing, `[rows * channels]`; empty if none was.
  /// * `explains`: whether expected values are wanted.
  package func scores(for values: Matrix, filled: [Bool] = [], explains: Bool, workers: Int) async
    -> RowScores
  {
    var measured = await measure(values, filled: filled, explains: explains, workers: workers)
    let scores = total(&measured)
    return RowScores(
      scores: scores, contributions: measured.squares, expected: measured.expected)
  }

  /// The sum of the parts' -log p at each row; what is too still there takes the place of the squares.
  func total(_ measured: inout Measured) -> [Float] {
    var total = [Float](repeating: 0, count: measured.steps.rows)
    var bounds: [Float]?
    for part in parts {
      var surprises = part.values(measured, isCausal: isCausal).map(part.scale.surprise)
      if part.kind == .residual {
        stillness.raise(
          &surprises, &measured.squares, steps: measured.steps, isCausal: isCausal)
        bounds = surprises
      }
      if part.isBounded, let bounds { surprises = zip(surprises, bounds).map { min($0, $1) } }
      for row in total.indices { total[row] += surprises[row] }
    }
    return total
  }

  /// All raw measures.
  ///
  /// Forecasts say nothing (NaN) until a window has passed; nor do other measures, if causal.
  func measure(_ values: Matrix, filled: [Bool], explains: Bool, workers: Int) async -> Measured {
    var measured = Measured()
    measured.isShort = !isCausal && values.rows < longest
    var foreseen: [Float] = []
    for (channel, measure) in forecasts {
      let result = await measure.measure(
        values.column(channel), isCausal: isCausal, workers: workers)
      measured.raw[.forecast, default: []] += result.errors.map { Raw(values: $0) }
      if foreseen.isEmpty { foreseen = result.foreseen }
    }
    for (index, level) in whitened.enumerated() {
      let first = index == 0
      let result = await level.measure(
        values, explains: explains && first, isCausal: isCausal, workers: workers)
      measured.raw[.residual, default: []].append(Raw(values: result.squares.rowMeans()))
      measured.raw[.density, default: []].append(
        Raw(values: result.density, filling: filling(of: values, in: level)))
      if first { (measured.squares, measured.expected) = (result.squares, result.expected) }
    }
    if explains, values.columns == 1 {
      for (row, value) in foreseen.enumerated() where !value.isNaN {
        measured.expected.values[row] = value
      }
    }
    for (channel, measure) in channels {
      let single = values.column(channel)
      let result = await measure.measure(
        single, explains: false, isCausal: isCausal, workers: workers)
      measured.raw[.channels, default: []].append(Raw(values: result.squares.values))
    }
    measured.steps = Stillness.squaredSteps(values, filled: filled)
    return measured
  }

  /// How much of a window the rows fill, at most 1; causal windows are whole or say nothing.
  private func filling(of values: Matrix, in measure: WhitenedMeasure) -> Float {
    isCausal ? 1 : min(1, Float(values.rows) / Float(measure.cutter.length))
  }
}

extension SeriesScorer.Part {
  /// The part's value at each row, smoothed.
  func values(_ measured: SeriesScorer.Measured, isCausal: Bool) -> [Float] {
    smoothed(
      averages(measured), tau: tau, outside: measured.isShort ? usual : nil, isCausal: isCausal)
  }

  /// The average of the measures at each row; one that says nothing (NaN) counts as its unit.
  func averages(_ measured: SeriesScorer.Measured) -> [Float] {
    let raw = measured.raw[kind] ?? []
    var mean = [Float](repeating: 0, count: measured.steps.rows)
    var terms = [Float](repeating: 0, count: raw.count)
    for row in mean.indices {
      for (index, measure) in raw.enumerated() {
        let value = measure.values[row]
        let filling = value.isNaN ? 0 : measure.filling
        terms[index] = filling == 0 ? 1 : filling * value / units[index] + 1 - filling
      }
      mean[row] = average(&terms)
    }
    return mean
  }
}

extension Matrix {
  /// The mean of each row.
  func rowMeans() -> [Float] {
    (0..<rows).map { row in
      var total: Float = 0
      for index in range(ofRow: row) { total += values[index] }
      return total / Float(max(1, columns))
    }
  }

  /// One column as a matrix of its own.
  func column(_ index: Int) -> Matrix {
    Matrix(
      rows: rows, columns: 1, values: (0..<rows).map { values[$0 * columns + index] })
  }
}
