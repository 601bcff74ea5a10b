package import Compute
package import Diffusion

/// How a series scorer is built; lengths in rows, noise in units of the windows' deviation.
package struct SeriesScorerOptions: Sendable, Equatable, Codable {
  /// Rows per window of the network, and a quarter of the longest of one channel; nil lets the baseline decide.
  package var window: Int?
  /// Whether a network is trained.
  package var trainsNetwork = true
  package var training = TrainingOptions.windows
  /// Multiplies the steps of training.
  package var effort = 1
  package var width = 128
  package var blocks = 2
  package var seed: UInt64 = 0
  /// Whether each row is scored by what came before it only.
  package var isCausal = false
  /// The parts of the score that count, by name; empty for all.
  package var parts: [String] = []
  /// Share of the baseline that is fitted; the rest is held back for calibration.
  package var fittedShare = 0.9

  package init() {}
}

/// A fitted series scorer and what calibration needs.
package struct SeriesFit: Sendable {
  package let scorer: SeriesScorer
  /// The baseline, each stretch as a closed form sees it that was fitted without it.
  package let leftOut: [LeftOutStretch]
  /// Rows of the longest window: nearer rows are not independent.
  package let blockLength: Int
  package let history: TrainingHistory?
  /// The least normal rows of the baseline, a window apart, worst first.
  package let suspects: [(segment: Int, row: Int, score: Float)]

  /// Scores of baseline rows, each by a closed form fitted without its stretch; one list for each.
  package var calibrationScores: [[Float]] { leftOut.map(\.scores) }
}

extension SeriesScorer {
  /// Learns normal from the segments of a baseline.
  ///
  /// * `segments`: `[rows, channels]` each, encoded units.
  /// * `filled`: whether a value was missing, `[rows * channels]` each; empty if none was.
  /// * `distinct`: different values of each channel, counted up to 3.
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

  /// The rows that score highest, each at least a window from those before it.
  private func suspects(among measured: [Measured]) -> [(segment: Int, row: Int, score: Float)] {
    var scores = measured.map { segment in
      var segment = segment
      return total(&segment)
    }
    var suspects: [(segment: Int, row: Int, score: Float)] = []
    while suspects.count < mostSuspects {
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

  /// Fits units and tails to the baseline's measures.
  mutating func calibrateParts(_ measured: [Measured]) {
    stillness.calibrate(measured.map(\.steps), isCausal: isCausal)
    for index in parts.indices {
      parts[index].units = parts[index].measures.map { measure in
        let moments = Moments(of: measured.flatMap { $0.raw[measure].map { Double($0) } })
        return Float(max(moments.mean, parts[index].average == .salient ? 1 : 1e-12))
      }
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
  /// The part's values at the rows where all its measures say something; all rows if there is none.
  fileprivate func measuredValues(_ measured: SeriesScorer.Measured, isCausal: Bool) -> [Float] {
    let (values, raw) = (values(measured, isCausal: isCausal), measured.raw)
    let known = values.indices.filter { row in !measures.contains { raw[$0][row].isNaN } }
    return known.isEmpty ? values : known.map { values[$0] }
  }
}

/// Fits the parts of a series scorer to windows of the baseline.
struct SeriesBuilder {
  let segments: [Matrix]
  /// Whether a value was missing, as the scorer wants it.
  let filled: [[Bool]]
  let distinct: [Int]
  let options: SeriesScorerOptions
  /// Rows at the start of each segment that are fitted.
  let fittedRows: [Int]
  private let channelCount: Int
  let longestSegment: Int
  var checkpoints: (any TrainingCheckpoints)?
  /// Threads that may train.
  var threads = Int.max

  /// * `longestSegment`: rows that decide the lengths of windows, if not those given.
  init(
    _ segments: [Matrix], filled: [[Bool]], distinct: [Int], options: SeriesScorerOptions,
    longestSegment: Int? = nil
  ) {
    (self.segments, self.filled) = (segments, filled)
    (self.distinct, self.options) = (distinct, options)
    fittedRows = segments.map { Int(Double($0.rows) * options.fittedShare) }
    channelCount = segments.first?.columns ?? 0
    self.longestSegment = longestSegment ?? segments.map(\.rows).max() ?? 0
  }

  /// * `training`: whether a network is trained, if the options ask for one.
  func build(training: Bool) -> (scorer: SeriesScorer, history: TrainingHistory?) {
    let trains = training && options.trainsNetwork
    var (scorer, history) = channelCount == 1 ? buildSingle(trains) : buildSeveral(trains)
    if !options.parts.isEmpty { scorer.parts.removeAll { !options.parts.contains($0.name) } }
    return (scorer, history)
  }

  private func length(_ wanted: Int) -> Int { max(2, min(wanted, longestSegment / 4)) }

  /// Fitted windows of all segments, at most `most`, evenly spread.
  private func windows(_ cutter: WindowCutter, most: Int, column: Int? = nil) -> Matrix {
    var starts: [(segment: Int, row: Int)] = []
    for (index, rows) in fittedRows.enumerated() {
      starts += cutter.starts(in: rows, stride: 1).map { (index, $0) }
    }
    let picked = (0..<min(most, starts.count)).map {
      starts[$0 * starts.count / min(most, starts.count)]
    }
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
    let cutter = WindowCutter(length: length(options.window ?? 200), channels: 1)
    let all = windows(cutter, most: 6_000)
    let hidden = [1, 4].filter { $0 < cutter.length }
    let centered = hidden.map { all.centeringRows(over: cutter.length - $0) }
    let gaussians = centered.map { WindowGaussian.fit(to: $0) }
    let trained = trains ? trainForecaster(centered, gaussians, hidden: hidden) : nil
    let forecasts = hidden.indices.map { index -> (Int, ForecastMeasure) in
      let condition =
        trained?.conditions[index]
        ?? WindowCondition(gaussians[index], hidden: hidden[index], sigma: 0.12)
      return (
        0, ForecastMeasure(cutter: cutter, condition: condition, denoiser: trained?.denoiser)
      )
    }
    let whitened = levelWindows().map { cutter in
      let level = windows(cutter, most: 6_000).centeringRows(over: cutter.length)
      return measure(cutter, WindowGaussian.fit(to: level), sigma: 0.12, centers: true)
    }
    let first = forecasts.reduce(0) { $0 + $1.1.count }
    let residuals = whitened.indices.map { first + 2 * $0 }
    return (
      SeriesScorer(
        forecasts: forecasts, whitened: whitened, channels: [],
        parts: [
          part(SeriesScorer.forecast, Array(0..<first), tau: 8),
          part(SeriesScorer.residual, residuals, tau: 40),
          part("density", residuals.map { $0 + 1 }, tau: 0),
        ], stillness: stillness(tau: 40), isCausal: options.isCausal),
      trained?.denoiser.trained.history
    )
  }

  /// Windows of two lengths see faults of either; one that ends with its row answers sooner when it is
  /// short.
  private func levelWindows() -> [WindowCutter] {
    let width = options.window ?? 200
    let longest = length(options.isCausal ? width / 2 : 4 * width)
    let lengths = options.isCausal || longest < 4 ? [longest] : [longest, longest / 2]
    return lengths.map { WindowCutter(length: $0, channels: 1) }
  }

  /// One network for all numbers of hidden points, and the conditions to use it under.
  private func trainForecaster(
    _ windows: [Matrix], _ gaussians: [WindowGaussian], hidden: [Int]
  ) -> (denoiser: WindowDenoiser, conditions: [WindowCondition]) {
    let lessons = zip(gaussians, hidden).map { WindowLesson($0, hidden: $1, sigma: 0.12) }
    let shape = WindowDenoiser.shape(
      features: gaussians[0].mean.count, hidden: hidden, width: options.width,
      blocks: options.blocks)
    let centered = zip(windows, gaussians).map { $0.adding($1.mean, scale: -1) }
    // The last tenth is watched and learned from as well: its neighbours overlap it anyway.
    let count = centered[0].rows
    let watched = max(1, count / 10)
    let objective = WindowObjective(
      shape: shape, lessons: lessons, seed: options.seed, windowCount: count,
      draw: { centered[$0].row($1) })
    let judge = WindowObjective(
      shape: shape, lessons: lessons, seed: options.seed, windowCount: watched,
      draw: { centered[$0].row(count - watched + $1) })
    let trained = trainer(steps: 2_000).train(objective, heldOut: judge)
    return (WindowDenoiser(hidden: hidden, trained: trained), lessons.map(\.condition))
  }

  // Several channels: residual and density of all, residual and forecast of each channel.

  private func buildSeveral(_ trains: Bool) -> (SeriesScorer, TrainingHistory?) {
    let rows = length(options.window ?? max(2, 800 / channelCount))
    let cutter = WindowCutter(length: rows, channels: channelCount)
    let all = windows(cutter, most: 4_000)
    let gaussian = WindowGaussian.fit(to: all)
    let sigma: Float = 0.25
    let denoiser = trains ? trainDenoiser(all, gaussian, sigma) : nil
    let whitened = measure(cutter, gaussian, sigma: sigma, centers: false, correction: denoiser)
    let (forecasts, channels) = (channelForecasts(), channelMeasures())
    let first = forecasts.reduce(0) { $0 + $1.measure.count }
    let single = first + 2
    var parts = [
      part(SeriesScorer.residual, [first], tau: 6),
      part("density", [first + 1], tau: 6, isBounded: true),
      part(SeriesScorer.forecast, Array(0..<first), .salient, tau: 6),
    ]
    if !channels.isEmpty {
      parts.append(
        part("channels", Array(single..<single + channels.count), .salient, tau: 40))
    }
    return (
      SeriesScorer(
        forecasts: forecasts, whitened: [whitened], channels: channels, parts: parts,
        stillness: stillness(tau: 6), isCausal: options.isCausal), denoiser?.trained.history
    )
  }

  private func trainDenoiser(_ windows: Matrix, _ gaussian: WindowGaussian, _ sigma: Float)
    -> AxisDenoiser
  {
    AxisDenoiser.fit(
      to: windows.adding(gaussian.mean, scale: -1), gaussian, sigma: sigma, width: options.width,
      blocks: options.blocks, seed: options.seed, by: trainer(steps: 400))
  }

  /// The residual of every channel that moves.
  private func channelMeasures() -> [(channel: Int, measure: WhitenedMeasure)] {
    let cutter = WindowCutter(length: length(200), channels: 1)
    return movingChannels.map { channel in
      let gaussian = gaussian(of: channel, cutter, hidden: 0)
      return (channel, measure(cutter, gaussian, sigma: 0.25, centers: true))
    }
  }

  /// The forecasts of every channel in closed form, of those that stand still as well, for none is
  /// easier to foresee: what is foreseen from further back and from the other channels is left to the
  /// density.
  private func channelForecasts() -> [(channel: Int, measure: ForecastMeasure)] {
    let cutter = WindowCutter(length: length(50), channels: 1)
    return (0..<channelCount).flatMap { channel in
      [1, 4].filter { $0 < cutter.length }.map { hidden in
        let gaussian = gaussian(of: channel, cutter, hidden: hidden)
        let condition = WindowCondition(gaussian, hidden: hidden, sigma: 0.12)
        return (channel, ForecastMeasure(cutter: cutter, condition: condition, denoiser: nil))
      }
    }
  }

  /// The windows of one channel, less the mean of their seen points, as a Gaussian; an all but
  /// still channel counts as a little noisy.
  private func gaussian(of channel: Int, _ cutter: WindowCutter, hidden: Int) -> WindowGaussian {
    let seen = cutter.length - hidden
    let level = windows(cutter, most: 4_000, column: channel).centeringRows(over: seen)
    let fitted = WindowGaussian.fit(to: level)
    return WindowGaussian(
      mean: fitted.mean, covariance: fitted.covariance, deviation: max(fitted.deviation, 0.05))
  }

  // Shared.

  private func measure(
    _ cutter: WindowCutter, _ gaussian: WindowGaussian, sigma: Float, centers: Bool,
    correction: AxisDenoiser? = nil
  ) -> WhitenedMeasure {
    WhitenedMeasure(
      cutter: cutter, stride: max(1, cutter.length / 8), centersWindows: centers,
      mean: gaussian.mean, whitening: gaussian.whitening(sigma: sigma), correction: correction)
  }

  /// The share of the baseline below the fitted tails; several channels, whose parts already
  /// average, do better with more rows in the tail.
  private var tailStart: Double { channelCount == 1 ? 0.95 : 0.9 }

  /// The channels that take more than two values.
  private var movingChannels: [Int] { (0..<channelCount).filter { distinct[$0] > 2 } }

  /// * `tau`: time scale of the smooth average, rows; that of the residual.
  private func stillness(tau: Double) -> Stillness {
    Stillness(
      gauges: movingChannels.flatMap { channel in
        [.window(rows: 20), .decay(tau: tau)].map {
          Stillness.Gauge(channel: channel, average: $0)
        }
      }, scale: TailScale(knots: [0], excess: 1, body: tailStart))
  }

  private func part(
    _ name: String, _ measures: [Int], _ average: SeriesScorer.Average = .arithmetic, tau: Double,
    isBounded: Bool = false
  ) -> SeriesScorer.Part {
    SeriesScorer.Part(
      name: name, measures: measures, units: measures.map { _ in 1 }, usual: 1, average: average,
      tau: tau, isBounded: isBounded,
      scale: TailScale(knots: [0], excess: 1, body: tailStart))
  }

  private func trainer(steps: Int) -> Trainer {
    var training = options.training
    (training.seed, training.steps) = (options.seed, steps * options.effort)
    return Trainer(training, name: "windows", threads: threads, checkpoints: checkpoints)
  }
}
