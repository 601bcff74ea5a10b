package import Compute

/// Detects channels that move less than they ever did in the baseline, such as stuck sensors.
///
/// A constant signal is reconstructed better than any normal one, so reconstruction errors miss it.
/// Instead the squared steps of each channel, averaged in two ways, are compared with their low
/// quantiles.
package struct Stillness: Sendable, Equatable, Codable {
  package internal(set) var gauges: [Gauge]
  /// Converts the depth of the stillest channel to -log p.
  package internal(set) var scale: TailScale

  /// One average of a channel's squared steps, with its lowest normal value.
  package struct Gauge: Sendable, Equatable, Codable {
    package let channel: Int
    package let average: Average
    /// A low quantile of the average over the baseline, above 0.
    package internal(set) var floor: Float
    /// The mean squared step over the baseline, also assumed beyond the ends of a segment.
    package internal(set) var usual: Float

    package init(channel: Int, average: Average, floor: Float = 1, usual: Float = 1) {
      (self.channel, self.average, self.floor, self.usual) = (channel, average, floor, usual)
    }
  }

  /// How squared steps are averaged: sharply, for short stuck stretches, or smoothly, for long ones of
  /// reduced movement.
  package enum Average: Sendable, Equatable, Codable {
    /// The mean over this many rows around a row, or up to it if causal.
    case window(rows: Int)
    /// Exponential weights with this time scale, in rows.
    case decay(tau: Double)
  }

  package init(gauges: [Gauge], scale: TailScale) {
    (self.gauges, self.scale) = (gauges, scale)
  }

  /// Squared steps from the row before, `[rows, channels]`; NaN where either cell is unknown.
  ///
  /// * `filled`: whether a value was imputed, `[rows * channels]`; empty if none was.
  package static func squaredSteps(_ values: Matrix, filled: [Bool]) -> Matrix {
    var squares = Matrix(rows: values.rows, columns: values.columns)
    for index in values.values.indices {
      let before = index - values.columns
      let isKnown = before >= 0 && (filled.isEmpty || !filled[index] && !filled[before])
      let step = isKnown ? values.values[index] - values.values[before] : .nan
      squares.values[index] = step * step
    }
    return squares
  }

  /// Replaces the surprise of every row at which stillness is more surprising.
  ///
  /// There the channels' depths replace their squares, so that the still channel is blamed.
  func raise(
    _ surprises: inout [Float], _ squares: inout Matrix, steps: Matrix, isCausal: Bool
  ) {
    let depths = gauges.map { $0.depths(steps, isCausal: isCausal) }
    for (row, depth) in Self.greatest(depths).enumerated() {
      let surprise = scale.surprise(depth)
      guard surprise > surprises[row] else { continue }
      surprises[row] = surprise
      for index in squares.range(ofRow: row) { squares.values[index] = 0 }
      for (gauge, depths) in zip(gauges, depths) {
        squares[row, gauge.channel] = max(squares[row, gauge.channel], depths[row])
      }
    }
  }

  /// Fits floors and tail to the squared steps of the baseline's segments, and drops the channels that
  /// are at rest in normal operation.
  package mutating func calibrate(_ steps: [Matrix], isCausal: Bool) {
    gauges = gauges.compactMap { $0.fitted(to: steps, isCausal: isCausal) }
    let depths = steps.flatMap { steps in
      Self.greatest(gauges.map { $0.depths(steps, isCausal: isCausal) })
    }
    scale = TailScale.fit(to: depths.isEmpty ? [0] : depths, body: scale.body)
  }

  /// The element-wise maximum over all gauges, `[rows]`; empty without gauges.
  private static func greatest(_ depths: [[Float]]) -> [Float] {
    guard var greatest = depths.first else { return [] }
    for other in depths.dropFirst() {
      for row in greatest.indices { greatest[row] = max(greatest[row], other[row]) }
    }
    return greatest
  }
}

extension Stillness.Gauge {
  /// The depth ln(floor / average) at each row, clipped to ± `deepestStillness`; the minimum where
  /// unknown.
  ///
  /// * `steps`: squared steps, `[rows, channels]`.
  package func depths(_ steps: Matrix, isCausal: Bool) -> [Float] {
    averages(steps, isCausal: isCausal).map { average in
      guard !average.isNaN else { return -SeriesRecipe.deepestStillness }
      let depth = logarithm(Double(floor)) - logarithm(max(Double(average), 1e-30))
      return min(SeriesRecipe.deepestStillness, max(-SeriesRecipe.deepestStillness, Float(depth)))
    }
  }

  /// This gauge fitted to the baseline's steps; nil for a channel that is at rest or never known.
  fileprivate func fitted(to steps: [Matrix], isCausal: Bool) -> Self? {
    var gauge = self
    let squares = steps.lazy.flatMap { $0.column(channel).values.lazy.map { Double($0) } }
    gauge.usual = Float(Moments(of: squares).mean)
    let averages = steps.flatMap { steps in
      gauge.averages(steps, isCausal: isCausal).lazy.filter { !$0.isNaN }.map { Double($0) }
    }
    guard !averages.isEmpty else { return nil }
    gauge.floor = Float(quantile(ofSorted: averages.sorted(), SeriesRecipe.stillQuantile))
    let isResting = gauge.floor <= 0 || gauge.floor < SeriesRecipe.restingRatio * gauge.usual
    return isResting ? nil : gauge
  }

  private func averages(_ steps: Matrix, isCausal: Bool) -> [Float] {
    let squares = steps.column(channel).values
    switch average {
    case .window(let rows): return windowMeans(of: squares, rows: rows, isCausal: isCausal)
    case .decay(let tau):
      return smoothed(squares, tau: tau, outside: usual, isCausal: isCausal)
    }
  }
}

/// The mean of the known values (not NaN) in a window of `rows` around each row, or up to it if causal.
///
/// At the ends the window is shifted inwards. NaN where less than half of it is known and, if causal,
/// before the first window is full. Linear time.
package func windowMeans(of values: [Float], rows: Int, isCausal: Bool) -> [Float] {
  var (sums, known) = ([0.0], [0])
  for value in values {
    sums.append((sums.last ?? 0) + (value.isNaN ? 0 : Double(value)))
    known.append((known.last ?? 0) + (value.isNaN ? 0 : 1))
  }
  return values.indices.map { row in
    let end = isCausal ? row + 1 : min(values.count, max(rows, row + 1 + (rows - 1) / 2))
    guard end >= rows else { return .nan }
    let count = known[end] - known[end - rows]
    return 2 * count < rows ? .nan : Float(max(0, sums[end] - sums[end - rows]) / Double(count))
  }
}
