import Compute
import Diffusion
package import Scoring

/// Explains the alarms of a series away: what makes a row stand out is hidden and inpainted, its
/// surroundings are scored anew, and so on until nothing exceeds the threshold.
package struct Explainer: Sendable {
  package let scorer: SeriesScorer
  package let options: EventOptions
  private let search: StretchSearch
  /// The same for segments that are shorter than a window.
  private var short: [Int: StretchSearch] = [:]
  private var whole: StretchSearch?

  /// * `heat`: one for each channel, at least 1.
  package init(_ scorer: SeriesScorer, heat: [Double], options: EventOptions = EventOptions()) {
    (self.scorer, self.options) = (scorer, options)
    search = StretchSearch(scorer.inpainters(channels: heat.count), heat: heat, options: options)
  }

  /// Rows of the windows that hidden rows are filled from.
  package var window: Int { search.length }

  private mutating func takeSearch(rows: Int) -> StretchSearch {
    if rows >= search.length {
      defer { whole = nil }
      return whole ?? search
    }
    return short.removeValue(forKey: rows) ?? search.shortened(to: rows)
  }

  private mutating func giveBack(_ search: StretchSearch, rows: Int) {
    if rows >= self.search.length { whole = search } else { short[rows] = search }
  }

  /// Explains a measured segment.
  ///
  /// * `threshold`: scores from here on need an explanation.
  /// * `mostEvents`: fewer than the options allow, if given.
  package mutating func explain(
    _ measurement: SeriesMeasurement, threshold: Float, mostEvents: Int? = nil, workers: Int
  ) async -> Explanation {
    var explanation = Explanation(of: measurement)
    guard measurement.scores.contains(where: { $0 > threshold }) else { return explanation }
    let rows = measurement.values.rows
    var run = ExplanationRun(
      scorer: scorer, search: takeSearch(rows: rows), options: options, threshold: threshold,
      measurement: measurement, workers: workers)
    await run.explain(most: mostEvents ?? options.mostEvents)
    giveBack(run.search, rows: rows)
    explanation.take(run)
    return explanation
  }
}

extension SeriesScorer {
  /// How hidden rows of each channel are filled.
  func inpainters(channels count: Int) -> [WindowInpainter] {
    (0..<count).map { inpainter(channel: $0, of: count) }
  }

  /// By the whitening of the windows of one channel, or of each of several; a channel without one
  /// stands still.
  func inpainter(channel: Int, of count: Int) -> WindowInpainter {
    if count == 1, let level = whitened.first { return WindowInpainter(level) }
    if let own = channels.first(where: { $0.channel == channel }) {
      return WindowInpainter(own.measure)
    }
    let length = channels.first?.measure.cutter.length ?? whitened[0].cutter.length
    let noise = SeriesRecipe.channelNoise.sigma(deviation: SeriesRecipe.leastChannelDeviation)
    return WindowInpainter(still: length, noise: Double(noise))
  }
}

extension WindowInpainter {
  /// That of a measure of one channel.
  init(_ measure: WhitenedMeasure) {
    let denoiser = measure.denoiser
    self.init(
      whitening: denoiser.whitening, mean: denoiser.mean, centersWindows: denoiser.centersWindows)
  }
}
