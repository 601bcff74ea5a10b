import Compute
import Diffusion

/// A stretch of the baseline, measured by a closed form that was fitted without it (cross-validation).
package struct LeftOutStretch: Sendable {
  package let scorer: SeriesScorer
  package let measurement: SeriesMeasurement
  /// The number of rows at its start that only provide context and do not count.
  package let context: Int

  /// The scores of the rows that count.
  package var scores: [Float] { Array(measurement.scores.dropFirst(context)) }
}

extension SeriesBuilder {
  /// Measures all baseline rows by cross-validation.
  ///
  /// Each quarter of a segment is scored by a closed form fitted to the other three, so scores are as
  /// high as those of new normal rows, or slightly higher. The parts keep the scales of the whole
  /// baseline.
  ///
  /// * `whole`: the scorer of the whole baseline.
  func leftOut(by whole: SeriesScorer, workers: Int) async -> [LeftOutStretch] {
    var closedForm = whole
    if whole.hasNetwork {
      closedForm = whole.withoutNetwork()
      var measured: [SeriesScorer.Measured] = []
      for (segment, filled) in zip(segments, filled) {
        measured.append(
          await closedForm.measure(segment, filled: filled, explains: false, workers: workers))
      }
      closedForm.calibrateParts(measured)
    }
    var stretches: [LeftOutStretch] = []
    let scorers = await parallelMap(SeriesRecipe.folds, workers: workers) { fold in
      self.builder(without: fold).build(training: false).scorer
    }
    for (fold, fitted) in scorers.enumerated() {
      var scorer = fitted
      guard scorer.hasMeasures(of: closedForm) else { continue }
      (scorer.parts, scorer.stillness) = (closedForm.parts, closedForm.stillness)
      for index in segments.indices {
        if let stretch = await self.stretch(fold, of: index, by: scorer, workers: workers) {
          stretches.append(stretch)
        }
      }
    }
    return stretches
  }

  /// Scores one fold of a segment; a causal scorer is given the rows before it as context, since it has
  /// no output until a window has passed.
  private func stretch(
    _ fold: Int, of index: Int, by scorer: SeriesScorer, workers: Int
  ) async -> LeftOutStretch? {
    let segment = segments[index]
    let rows = Self.rows(fold, of: segment)
    guard !rows.isEmpty else { return nil }
    let before = scorer.isCausal ? scorer.longest - 1 : 0
    let seen = max(0, rows.lowerBound - before)..<rows.upperBound
    let part = segment.padded(rows: seen, to: seen.count)
    let cells = seen.lowerBound * segment.columns..<seen.upperBound * segment.columns
    let filled = filled[index].isEmpty ? [] : Array(filled[index][cells])
    let measurement = await scorer.assess(part, filled: filled, explains: false, workers: workers)
      .measurement
    return LeftOutStretch(
      scorer: scorer, measurement: measurement, context: min(before, seen.count))
  }

  /// A builder on the baseline without one fold.
  private func builder(without fold: Int) -> SeriesBuilder {
    var options = options
    options.fittedFraction = 1
    return SeriesBuilder(
      segments.flatMap { Self.rest($0, without: fold) }, filled: [], distinct: distinct,
      options: options, longestSegment: longestSegment)
  }

  private static func rows(_ fold: Int, of segment: Matrix) -> Range<Int> {
    segment.rows * fold / SeriesRecipe.folds..<segment.rows * (fold + 1) / SeriesRecipe.folds
  }

  /// What lies before and after a fold, as separate segments.
  private static func rest(_ segment: Matrix, without fold: Int) -> [Matrix] {
    let rows = rows(fold, of: segment)
    return [0..<rows.lowerBound, rows.upperBound..<segment.rows].filter { !$0.isEmpty }.map {
      segment.padded(rows: $0, to: $0.count)
    }
  }
}

extension SeriesScorer {
  fileprivate var hasNetwork: Bool {
    forecasts.contains { $0.measure.denoiser != nil }
      || whitened.contains { $0.denoiser.correction != nil }
  }

  /// The closed form of the same baseline; its parts must be calibrated anew.
  fileprivate func withoutNetwork() -> SeriesScorer {
    SeriesScorer(
      forecasts: forecasts.map { ($0.channel, $0.measure.withoutNetwork()) },
      whitened: whitened.map { $0.withoutNetwork() }, channels: channels,
      parts: parts, stillness: stillness, isCausal: isCausal)
  }

  /// Whether both have the same measures, so that the parts of one apply to the other.
  fileprivate func hasMeasures(of other: SeriesScorer) -> Bool {
    forecasts.map(\.channel) == other.forecasts.map(\.channel)
      && whitened.count == other.whitened.count
      && channels.map(\.channel) == other.channels.map(\.channel)
  }
}
