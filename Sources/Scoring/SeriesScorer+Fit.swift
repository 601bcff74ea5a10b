package import Compute
package import Diffusion

/// Options of fitting a series scorer; lengths in rows.
package struct SeriesScorerOptions: Sendable, Equatable, Codable {
  /// Rows per window of the network, a quarter of the longest one of a single channel; nil for the
  /// recipe's, as far as the baseline is long enough.
  package var window: Int?
  /// Whether a network is trained.
  package var trainsNetwork = true
  package var training = TrainingOptions.windows
  /// Factor on the steps of training.
  package var effort = 1
  /// Hidden features and residual blocks of the network.
  package var width = 128
  package var blocks = 2
  package var seed: UInt64 = 0
  /// Whether each row is scored from past rows only.
  package var isCausal = false
  /// The parts of the score that count; empty for all.
  package var parts: [SeriesScorer.Part.Kind] = []
  /// The fraction of each segment that windows are fitted to, from its start.
  package var fittedFraction = SeriesRecipe.fittedFraction

  package init() {}
}

/// A fitted series scorer with what calibration needs.
package struct SeriesFit: Sendable {
  package let scorer: SeriesScorer
  /// The baseline in stretches, each measured by a closed form that was fitted without it.
  package let leftOut: [LeftOutStretch]
  /// The longest window, in rows: rows closer than that are dependent.
  package let blockLength: Int
  /// The history of the network's training; nil without one.
  package let history: TrainingHistory?
  /// The least normal rows of the baseline, at least a window apart, worst first.
  package let suspects: [(segment: Int, row: Int, score: Float)]

  /// The cross-validated scores of the baseline, one list per stretch.
  package var calibrationScores: [[Float]] { leftOut.map(\.scores) }
}

extension SeriesScorer {
  /// Fits a scorer to the segments of a normal baseline.
  ///
  /// * `segments`: `[rows, channels]` each, encoded units.
  /// * `filled`: whether a value was imputed, `[rows * channels]` each; empty if none was.
  /// * `distinct`: the number of distinct values of each channel, counted up to 3.
  /// * `workers`: tasks and threads to use; the result does not depend on it.
  package static func fit(
    to segments: [Matrix], filled: [[Bool]], distinct: [Int], options: SeriesScorerOptions,
    workers: Int, checkpoints: (any TrainingCheckpoints)? = nil
  ) async -> SeriesFit {
    var builder = SeriesBuilder(segments, filled: filled, distinct: distinct, options: options)
    (builder.checkpoints, builder.threads) = (checkpoints, workers)
    var (scorer, history) = builder.build(training: true)
    var measured: [Measured] = []
    for (segment, filled) in zip(segments, filled) {
      measured.append(
        await scorer.measure(segment, filled: filled, explains: false, workers: workers))
    }
    scorer.calibrateParts(measured)
    let leftOut = await builder.leftOut(by: scorer, workers: workers)
    return SeriesFit(
      scorer: scorer, leftOut: leftOut, blockLength: scorer.longest,
      history: history, suspects: scorer.suspects(among: measured))
  }

  /// The rows that score highest, each more than a window from those already chosen.
  private func suspects(among measured: [Measured]) -> [(segment: Int, row: Int, score: Float)] {
    var scores = measured.map { segment in
      var segment = segment
      return total(&segment)
    }
    var suspects: [(segment: Int, row: Int, score: Float)] = []
    while suspects.count < SeriesRecipe.mostSuspects {
      let peaks = scores.indices.compactMap { segment in
        scores[segment].indices.max { scores[segment][$0] < scores[segment][$1] }
          .map { (segment: segment, row: $0, score: scores[segment][$0]) }
      }
      guard let worst = peaks.max(by: { $0.score < $1.score }), worst.score > 0 else { break }
      suspects.append(worst)
      let near =
        max(0, worst.row - longest)..<min(scores[worst.segment].count, worst.row + longest + 1)
      for row in near { scores[worst.segment][row] = 0 }
    }
    return suspects
  }

  /// Fits the units and tails of all parts to the baseline's measures.
  mutating func calibrateParts(_ measured: [Measured]) {
    stillness.calibrate(measured.map(\.steps), isCausal: isCausal)
    for index in parts.indices {
      parts[index].setUnits(by: measured)
      parts[index].usual = Float(
        Moments(of: measured.flatMap { parts[index].averages($0).map { Double($0) } }).mean)
      let part = parts[index]
      parts[index].scale = TailScale.fit(
        to: measured.flatMap { part.measuredValues($0, isCausal: isCausal) },
        body: part.scale.body)
    }
  }
}

extension SeriesScorer.Part {
  /// Sets the unit of each measure to its mean over the baseline, with a floor.
  fileprivate mutating func setUnits(by measured: [SeriesScorer.Measured]) {
    let least = average == .salient ? SeriesRecipe.leastSalientUnit : SeriesRecipe.leastUnit
    let raw = measured.map { $0.raw[kind] ?? [] }
    units = (raw.first ?? []).indices.map { measure in
      let values = raw.lazy.flatMap { $0[measure].values.lazy.map { Double($0) } }
      return Float(max(Moments(of: values).mean, least))
    }
  }

  /// The part's values at the rows where all its measures are known; at all rows if there are none.
  fileprivate func measuredValues(_ measured: SeriesScorer.Measured, isCausal: Bool) -> [Float] {
    let (values, raw) = (values(measured, isCausal: isCausal), measured.raw[kind] ?? [])
    let known = values.indices.filter { row in !raw.contains { $0.values[row].isNaN } }
    return known.isEmpty ? values : known.map { values[$0] }
  }
}

/// Fits the parts of a series scorer to windows of the baseline.
struct SeriesBuilder {
  let segments: [Matrix]
  /// Whether a value was imputed, per segment `[rows * channels]`, or empty.
  let filled: [[Bool]]
  let distinct: [Int]
  let options: SeriesScorerOptions
  let recipe: SeriesRecipe
  /// The number of rows at the start of each segment that windows are fitted to.
  let fittedRows: [Int]
  private let channelCount: Int
  let longestSegment: Int
  var checkpoints: (any TrainingCheckpoints)?
  /// The most threads for training.
  var threads = Int.max

  /// * `longestSegment`: the segment length that window lengths are derived from; nil for the longest of
  ///   `segments`.
  init(
    _ segments: [Matrix], filled: [[Bool]], distinct: [Int], options: SeriesScorerOptions,
    longestSegment: Int? = nil
  ) {
    (self.segments, self.filled) = (segments, filled)
    (self.distinct, self.options) = (distinct, options)
    fittedRows = segments.map { Int(Double($0.rows) * options.fittedFraction) }
    channelCount = segments.first?.columns ?? 0
    recipe = channelCount == 1 ? .oneChannel : .severalChannels(channelCount)
    self.longestSegment = longestSegment ?? segments.map(\.rows).max() ?? 0
  }

  /// Fits all measures; their parts still need `calibrateParts`.
  ///
  /// * `training`: whether to train a network, if the options want one.
  func build(training: Bool) -> (scorer: SeriesScorer, history: TrainingHistory?) {
    let trains = training && options.trainsNetwork
    var (scorer, history) = channelCount == 1 ? buildSingle(trains) : buildSeveral(trains)
    if !options.parts.isEmpty { scorer.parts.removeAll { !options.parts.contains($0.kind) } }
    return (scorer, history)
  }

  /// A window length that fits into the longest segment several times.
  private func length(_ wanted: Int) -> Int {
    max(2, min(wanted, longestSegment / SeriesRecipe.windowsPerSegment))
  }

  /// The windows to fit, at most `mostWindows`, evenly spread over the fitted rows of all segments.
  private func windows(_ cutter: WindowCutter, column: Int? = nil) -> Matrix {
    var starts: [(segment: Int, row: Int)] = []
    for (index, rows) in fittedRows.enumerated() {
      starts += cutter.starts(in: rows, stride: 1).map { (index, $0) }
    }
    let count = min(recipe.mostWindows, starts.count)
    let picked = (0..<count).map { starts[$0 * starts.count / count] }
    let rows = Dictionary(grouping: picked, by: \.segment)
    let values = segments.indices.flatMap { index -> [Float] in
      guard let rows = rows[index] else { return [] }
      let source = column.map { segments[index].column($0) } ?? segments[index]
      return cutter.windows(of: source, at: rows.map(\.row)).values
    }
    return Matrix(rows: picked.count, columns: cutter.length * cutter.channels, values: values)
  }

  // One channel: forecast, smoothed whitened residual, window density.

  private func buildSingle(_ trains: Bool) -> (SeriesScorer, TrainingHistory?) {
    let cutter = WindowCutter(length: length(options.window ?? recipe.window), channels: 1)
    let all = windows(cutter)
    let hidden = SeriesRecipe.hiddenPoints.filter { $0 < cutter.length }
    let centered = hidden.map { all.centeringRows(over: cutter.length - $0) }
    let gaussians = centered.map { WindowGaussian.fit(to: $0) }
    let trained = trains ? trainForecaster(centered, gaussians, hidden: hidden) : nil
    let forecasts = hidden.indices.map { index -> (channel: Int, measure: ForecastMeasure) in
      let condition =
        trained?.conditions[index]
        ?? WindowCondition(gaussians[index], hidden: hidden[index], at: SeriesRecipe.forecastNoise)
      return (
        0, ForecastMeasure(cutter: cutter, condition: condition, denoiser: trained?.denoiser)
      )
    }
    let whitened = levelWindows().map { cutter in
      let level = windows(cutter).centeringRows(over: cutter.length)
      return measure(
        cutter, WindowGaussian.fit(to: level), at: recipe.windowNoise, centers: true)
    }
    return (
      scorer(forecasts, whitened, channels: []), trained?.denoiser.trained.history
    )
  }

  /// Whitened windows of two lengths, for faults of either length; if causal a single short one, since
  /// every row must wait for its window to fill.
  private func levelWindows() -> [WindowCutter] {
    let width = options.window ?? recipe.window
    let longest = length(options.isCausal ? width / 2 : SeriesRecipe.levelWindows * width)
    let lengths = options.isCausal || longest < 4 ? [longest] : [longest, longest / 2]
    return lengths.map { WindowCutter(length: $0, channels: 1) }
  }

  private func trainForecaster(
    _ windows: [Matrix], _ gaussians: [WindowGaussian], hidden: [Int]
  ) -> (denoiser: WindowDenoiser, conditions: [WindowCondition]) {
    WindowDenoiser.fit(
      to: zip(windows, gaussians).map { $0.adding($1.mean, scale: -1) }, gaussians, hidden: hidden,
      at: SeriesRecipe.forecastNoise, width: options.width, blocks: options.blocks,
      seed: options.seed, by: trainer())
  }

  // Several channels: residual and density of all, residual and forecast of each channel.

  private func buildSeveral(_ trains: Bool) -> (SeriesScorer, TrainingHistory?) {
    let cutter = WindowCutter(
      length: length(options.window ?? recipe.window), channels: channelCount)
    let all = windows(cutter)
    let gaussian = WindowGaussian.fit(to: all)
    let denoiser = trains ? trainDenoiser(all, gaussian) : nil
    let whitened = measure(
      cutter, gaussian, at: recipe.windowNoise, centers: false, correction: denoiser)
    return (
      scorer(channelForecasts(), [whitened], channels: channelMeasures()),
      denoiser?.trained.history
    )
  }

  private func trainDenoiser(_ windows: Matrix, _ gaussian: WindowGaussian) -> AxisDenoiser {
    AxisDenoiser.fit(
      to: windows.adding(gaussian.mean, scale: -1), gaussian, at: recipe.windowNoise,
      width: options.width, blocks: options.blocks, seed: options.seed, by: trainer())
  }

  /// The residual of every channel that takes more than two values.
  private func channelMeasures() -> [(channel: Int, measure: WhitenedMeasure)] {
    let cutter = WindowCutter(length: length(SeriesRecipe.channelWindow), channels: 1)
    return movingChannels.map { channel in
      let gaussian = gaussian(of: channel, cutter, hidden: 0)
      return (channel, measure(cutter, gaussian, at: SeriesRecipe.channelNoise, centers: true))
    }
  }

  /// Closed-form forecasts of every channel, of constant ones too, which are the easiest to forecast.
  ///
  /// Longer dependences and those between channels are left to the density.
  private func channelForecasts() -> [(channel: Int, measure: ForecastMeasure)] {
    let cutter = WindowCutter(length: length(SeriesRecipe.channelForecastWindow), channels: 1)
    return (0..<channelCount).flatMap { channel in
      SeriesRecipe.hiddenPoints.filter { $0 < cutter.length }.map { hidden in
        let gaussian = gaussian(of: channel, cutter, hidden: hidden)
        let condition = WindowCondition(gaussian, hidden: hidden, at: SeriesRecipe.forecastNoise)
        return (channel, ForecastMeasure(cutter: cutter, condition: condition, denoiser: nil))
      }
    }
  }

  /// The Gaussian of one channel's windows, each less the mean of its seen points.
  ///
  /// The deviation is floored, so that an almost constant channel counts as slightly noisy.
  private func gaussian(of channel: Int, _ cutter: WindowCutter, hidden: Int) -> WindowGaussian {
    let seen = cutter.length - hidden
    let level = windows(cutter, column: channel).centeringRows(over: seen)
    let fitted = WindowGaussian.fit(to: level)
    return WindowGaussian(
      mean: fitted.mean, covariance: fitted.covariance,
      deviation: max(fitted.deviation, SeriesRecipe.leastChannelDeviation))
  }

  // Shared.

  private func measure(
    _ cutter: WindowCutter, _ gaussian: WindowGaussian, at level: NoiseLevel, centers: Bool,
    correction: AxisDenoiser? = nil
  ) -> WhitenedMeasure {
    WhitenedMeasure(
      cutter: cutter, stride: max(1, cutter.length / SeriesRecipe.stepsPerWindow),
      denoiser: WindowGaussianDenoiser(
        gaussian, at: level, centersWindows: centers, correction: correction))
  }

  /// A scorer of these measures, its parts not yet calibrated; parts without a measure are left out.
  private func scorer(
    _ forecasts: [(channel: Int, measure: ForecastMeasure)], _ whitened: [WhitenedMeasure],
    channels: [(channel: Int, measure: WhitenedMeasure)]
  ) -> SeriesScorer {
    SeriesScorer(
      forecasts: forecasts, whitened: whitened, channels: channels,
      parts: recipe.parts.filter { $0.kind != .channels || !channels.isEmpty }.map {
        SeriesScorer.Part(
          kind: $0.kind, units: [], usual: 1, average: $0.average, tau: $0.tau,
          isBounded: $0.isBounded, scale: unfittedScale)
      }, stillness: stillness(), isCausal: options.isCausal)
  }

  /// The channels that take more than two values.
  private var movingChannels: [Int] { (0..<channelCount).filter { distinct[$0] > 2 } }

  /// Stillness gauges for the moving channels, not yet calibrated.
  private func stillness() -> Stillness {
    let averages: [Stillness.Average] = [
      .window(rows: SeriesRecipe.stillRows), .decay(tau: recipe.stillnessTau),
    ]
    return Stillness(
      gauges: movingChannels.flatMap { channel in
        averages.map { Stillness.Gauge(channel: channel, average: $0) }
      }, scale: unfittedScale)
  }

  private var unfittedScale: TailScale { TailScale(knots: [0], excess: 1, body: recipe.tailStart) }

  private func trainer() -> Trainer {
    var training = options.training
    (training.seed, training.steps) = (options.seed, recipe.trainingSteps * options.effort)
    return Trainer(training, name: "windows", threads: threads, checkpoints: checkpoints)
  }
}
