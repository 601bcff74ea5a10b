package import Compute
import Diffusion

/// Scores the rows of a series by several measures of how badly its windows are reconstructed.
///
/// Each kind of measure forms a part with its own time scale; the score is the sum over the parts of
/// -log p, the surprise relative to the baseline.
package struct SeriesScorer: Sendable {
  /// Forecasts of single channels.
  package let forecasts: [(channel: Int, measure: ForecastMeasure)]
  /// Whitened residual and density of windows over all channels; of one channel in two window lengths,
  /// unless causal.
  package let whitened: [WhitenedMeasure]
  /// Whitened residuals of single channels, in series of several.
  package let channels: [(channel: Int, measure: WhitenedMeasure)]
  package internal(set) var parts: [Part]
  /// Replaces the residual where a channel is suspiciously still.
  package internal(set) var stillness: Stillness
  /// Whether each row is scored from past rows only.
  package let isCausal: Bool

  /// All measures of one kind: divided by their baseline means, averaged, smoothed, and converted to
  /// -log p.
  package struct Part: Sendable, Equatable {
    /// What is measured; raw values are names in model files.
    package enum Kind: String, Sendable, Codable, CaseIterable {
      /// Normalised squared forecast errors, in closed form and by the network.
      case forecast
      /// Squared whitened residuals of rows; values too small count as well (`Stillness`).
      case residual
      /// Densities of windows.
      case density
      /// Squared whitened residuals of single channels.
      case channels
    }

    package let kind: Kind
    /// The baseline mean of each measure; for salient averages at least 1, the expectation of a whitened
    /// measure.
    package var units: [Float]
    /// The mean of the averaged measures over the baseline, which stands in for rows that a segment
    /// shorter than a window lacks.
    package var usual: Float
    /// How the measures are averaged.
    package let average: Average
    /// Time scale of the exponential smoothing, in rows; 0 for none.
    package let tau: Double
    /// Whether the part is capped at the surprise of the residual: a window is suspicious as a whole,
    /// which would spread to the rows around a fault.
    package let isBounded: Bool
    /// The baseline's distribution of the part.
    package var scale: TailScale

    package init(
      kind: Kind, units: [Float], usual: Float, average: Average, tau: Double, isBounded: Bool,
      scale: TailScale
    ) {
      (self.kind, self.units, self.usual, self.average) = (kind, units, usual, average)
      (self.tau, self.isBounded, self.scale) = (tau, isBounded, scale)
    }
  }

  /// How several measures are averaged; raw values are names in model files.
  package enum Average: String, Sendable, Codable {
    /// The mean, for measures of the same quantity.
    case arithmetic
    /// The mean of ln(1 + x) over the most salient fraction, for many channels of which few may be at
    /// fault; the logarithm keeps a runaway channel from drowning out the others.
    case salient

    /// Averages measures.
    ///
    /// * `values`: in units of their baseline means; sorted in place.
    package func callAsFunction(_ values: inout [Float]) -> Float {
      switch self {
      case .arithmetic: return values.reduce(0, +) / Float(values.count)
      case .salient:
        let count = Int((Double(values.count) * SeriesRecipe.salientFraction).rounded(.up))
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

  /// One measure of each row of a segment.
  struct Raw: Sendable {
    /// `[rows]`; NaN where unknown.
    var values: [Float]
    /// The fraction of a window that the segment fills, 1 for measures of single rows.
    var filling: Float = 1
  }

  /// The raw measures of one segment with what attribution needs, all matrices `[rows, channels]`.
  struct Measured: Sendable {
    /// The measures of each part.
    var raw: [Part.Kind: [Raw]] = [:]
    /// Squared whitened residuals, the contributions.
    var squares = Matrix(rows: 0, columns: 0)
    /// Squared steps between rows; see `Stillness.squaredSteps`.
    var steps = Matrix(rows: 0, columns: 0)
    /// Expected values, in encoded units; without rows if not requested.
    var expected = Matrix(rows: 0, columns: 0)
    /// Whether the longest window does not fit into the segment.
    var isShort = false
  }

  /// The number of measures of a kind.
  package func count(of kind: Part.Kind) -> Int {
    switch kind {
    case .forecast: forecasts.reduce(0) { $0 + $1.measure.count }
    case .residual, .density: whitened.count
    case .channels: channels.count
    }
  }

  /// The length of the longest window, in rows.
  package var longest: Int {
    max(
      forecasts.map(\.measure.cutter.length).max() ?? 0, whitened.map(\.cutter.length).max() ?? 0,
      channels.map(\.measure.cutter.length).max() ?? 0)
  }

  /// Scores the rows of a segment.
  ///
  /// * `values`: `[rows, channels]`, encoded units.
  /// * `filled`: whether a value was imputed, `[rows * channels]`; empty if none was.
  /// * `explains`: whether expected values are requested.
  /// * `workers`: the number of tasks; the result does not depend on it.
  package func scores(for values: Matrix, filled: [Bool] = [], explains: Bool, workers: Int) async
    -> RowScores
  {
    var measured = await measure(values, filled: filled, explains: explains, workers: workers)
    let scores = total(&measured)
    return RowScores(
      scores: scores, contributions: measured.squares, expected: measured.expected)
  }

  /// The sum of the parts' -log p at each row, `[rows]`; where stillness prevails it replaces `squares`.
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

  /// Computes all raw measures of a segment; parameters as for `scores`.
  ///
  /// Forecasts are unknown (NaN) until a window has passed; if causal, all other measures too.
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

  /// The fraction of a window that the rows fill, at most 1; causal windows are always whole.
  private func filling(of values: Matrix, in measure: WhitenedMeasure) -> Float {
    isCausal ? 1 : min(1, Float(values.rows) / Float(measure.cutter.length))
  }
}

extension SeriesScorer.Part {
  /// The part's smoothed value at each row, `[rows]`.
  func values(_ measured: SeriesScorer.Measured, isCausal: Bool) -> [Float] {
    smoothed(
      averages(measured), tau: tau, outside: measured.isShort ? usual : nil, isCausal: isCausal)
  }

  /// The average of the measures at each row, `[rows]`; an unknown measure (NaN) counts as its mean.
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
