import Compute
import Diffusion

extension SeriesBuilder {
  /// Scores of all baseline rows by closed forms that did not see their stretch.
  ///
  /// Each quarter is scored by a model of the other three, so its scores are as high as those of new
  /// normal rows, or a little higher. The scales of the parts are those of the whole baseline.
  ///
  /// * `whole`: the scorer of the whole baseline.
  func leftOutScores(by whole: SeriesScorer, workers: Int) async -> [[Float]] {
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
    var scores: [[Float]] = []
    let scorers = await parallelMap(SeriesRecipe.folds, workers: workers) { fold in
      self.builder(without: fold).build(training: false).scorer
    }
    for (fold, fitted) in scorers.enumerated() {
      var scorer = fitted
      guard scorer.hasMeasures(of: closedForm) else { continue }
      (scorer.parts, scorer.stillness) = (closedForm.parts, closedForm.stillness)
      for index in segments.indices {
        scores.append(await self.scores(fold, of: index, by: scorer, workers: workers))
      }
    }
    return scores
  }

  /// The scores of a fold's rows; a causal scorer, which says nothing until a window has passed, sees
  /// the rows before them too.
  private func scores(
    _ fold: Int, of index: Int, by scorer: SeriesScorer, workers: Int
  ) async -> [Float] {
    let segment = segments[index]
    let rows = Self.rows(fold, of: segment)
    guard !rows.isEmpty else { return [] }
    let context = scorer.isCausal ? scorer.longest - 1 : 0
    let seen = max(0, rows.lowerBound - context)..<rows.upperBound
    let part = segment.padded(rows: seen, to: seen.count)
    let cells = seen.lowerBound * segment.columns..<seen.upperBound * segment.columns
    let filled = filled[index].isEmpty ? [] : Array(filled[index][cells])
    let scores = await scorer.scores(for: part, filled: filled, explains: false, workers: workers)
      .scores
    return Array(scores.dropFirst(scorer.isCausal ? min(context, seen.count) : 0))
  }

  private func builder(without fold: Int) -> SeriesBuilder {
    var options = options
    options.fittedShare = 1
    return SeriesBuilder(
      segments.flatMap { Self.rest($0, without: fold) }, filled: [], distinct: distinct,
      options: options, longestSegment: longestSegment)
  }

  private static func rows(_ fold: Int, of segment: Matrix) -> Range<Int> {
    segment.rows * fold / SeriesRecipe.folds..<segment.rows * (fold + 1) / SeriesRecipe.folds
  }

  /// What lies before and after the part, two segments of their own.
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

  /// The closed form of the same baseline, whose parts are to be calibrated.
  fileprivate func withoutNetwork() -> SeriesScorer {
    SeriesScorer(
      forecasts: forecasts.map { ($0.channel, $0.measure.withoutNetwork()) },
      whitened: whitened.map { $0.withoutNetwork() }, channels: channels,
      parts: parts, stillness: stillness, isCausal: isCausal)
  }

  /// Whether both have the same list of measures, so that parts fit either.
  fileprivate func hasMeasures(of other: SeriesScorer) -> Bool {
    forecasts.map(\.channel) == other.forecasts.map(\.channel)
      && whitened.count == other.whitened.count
      && channels.map(\.channel) == other.channels.map(\.channel)
  }
}
