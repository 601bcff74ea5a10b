import Compute
import Diffusion
import Scoring

/// One segment on its way to being explained.
struct ExplanationRun {
  let scorer: SeriesScorer
  var search: StretchSearch
  let options: EventOptions
  let threshold: Float
  let workers: Int
  var scene: Scene
  /// Rows that a changed state has spoken for.
  private var isSettled: [Bool]
  private(set) var events: [SeriesEvent] = []
  /// Whether the work was cut short.
  private(set) var isCut = false
  private let mostWork: Double

  /// What hiding changes, kept as a value so that it can be undone.
  struct Scene {
    var measurement: SeriesMeasurement
    /// `[rows * channels]`.
    var hidden: [Bool]

    var scores: [Float] { measurement.scores }
  }

  init(
    scorer: SeriesScorer, search: StretchSearch, options: EventOptions, threshold: Float,
    measurement: SeriesMeasurement, workers: Int
  ) {
    (self.scorer, self.search, self.options) = (scorer, search, options)
    (self.threshold, self.workers) = (threshold, workers)
    scene = Scene(
      measurement: measurement,
      hidden: [Bool](repeating: false, count: measurement.values.values.count))
    isSettled = [Bool](repeating: false, count: measurement.values.rows)
    mostWork = max(options.leastWork, options.mostWork * Double(measurement.values.rows))
  }

  private var rows: Int { scene.measurement.values.rows }

  /// Explains peak after peak, the highest first.
  mutating func explain(most: Int) async {
    while let peak = highest {
      guard events.count < most, scene.measurement.work < mostWork else {
        return flagTheRest()
      }
      if await explainStillness(at: peak) { continue }
      if await explainByHiding(at: peak) { continue }
      settleState(at: peak)
    }
  }

  /// The row of the greatest score that still needs an explanation.
  private var highest: Int? {
    var best: Int?
    for row in 0..<rows where !isSettled[row] && scene.scores[row] > threshold {
      if best.map({ scene.scores[row] > scene.scores[$0] }) ?? true { best = row }
    }
    return best
  }

  // A channel that stands still.

  private mutating func explainStillness(at peak: Int) async -> Bool {
    guard let surprise = scorer.stillness(at: peak, of: &scene.measurement),
      surprise > 0.4 * scene.scores[peak]
    else { return false }
    let severity = scene.scores[peak]
    let run = scorer.stillRun(around: peak, of: scene.measurement)
    var measurement = scene.measurement
    measurement.hideSteps(run.rows, channel: run.channel)
    scorer.rescore(&measurement, steps: run.rows)
    guard measurement.scores[peak] < (1 - options.drop) * severity else { return false }
    scene.measurement = measurement
    events.append(
      SeriesEvent(
        kind: .still, rows: run.rows, peak: peak, score: severity, severity: severity,
        channels: [.init(channel: run.channel, gain: 0, shift: 0)], reach: run.rows))
    return true
  }

  // Stretches that are hidden.

  /// Hides up to a few stretches that together take a share off the peak; else leaves all as it was.
  private mutating func explainByHiding(at peak: Int) async -> Bool {
    let before = scene
    let severity = scene.scores[peak]
    var found: [SeriesEvent] = []
    for _ in 0..<options.trials {
      guard let event = await hideBest(at: peak, severity: severity) else { break }
      found.append(event)
      if scene.scores[peak] < (1 - options.drop) * severity || scene.scores[peak] <= threshold {
        events += found
        return true
      }
    }
    undo(to: before)
    return false
  }

  /// Hides the best stretch, or a change of level if it lasts; nil when there is none.
  private mutating func hideBest(at peak: Int, severity: Float) async -> SeriesEvent? {
    for levels in [true, false] {
      guard
        let candidate = search.candidate(
          around: peak, in: scene.measurement.values, hidden: scene.hidden, levels: levels),
        !candidate.shifts.isEmpty || hidesMore(candidate)
      else { return nil }
      let before = scene
      await apply(candidate)
      if candidate.shifts.isEmpty {
        return SeriesEvent(candidate, peak: peak, severity: severity)
      }
      if await lasts(candidate, since: before) {
        return SeriesEvent(candidate, peak: peak, severity: severity)
      }
      undo(to: before)
    }
    return nil
  }

  private mutating func undo(to before: Scene) {
    let work = scene.measurement.work
    scene = before
    scene.measurement.count(work: work)
  }

  private func hidesMore(_ candidate: StretchSearch.Candidate) -> Bool {
    let channels = scene.measurement.values.columns
    return candidate.rows.contains { row in
      candidate.channels.contains { !scene.hidden[row * channels + $0] }
    }
  }

  /// Whether the rows behind a change of level are not worse off for it; looks at those near by first,
  /// for where the level counts all later ones must be measured anew.
  private mutating func lasts(_ candidate: StretchSearch.Candidate, since before: Scene) async
    -> Bool
  {
    let end = candidate.rows.upperBound
    let near = end..<min(rows, end + search.length)
    func mean(_ scores: [Float], _ rows: Range<Int>) -> Float {
      rows.reduce(0) { $0 + scores[$1] } / Float(max(1, rows.count))
    }
    guard mean(scene.scores, near) <= mean(before.scores, near) else { return false }
    let far = near.upperBound..<rows
    guard !far.isEmpty, scorer.seesLevels else { return true }
    guard scene.measurement.work + Double(far.count) < mostWork else { return false }
    let values = scene.measurement.values
    await scorer.update(
      &scene.measurement, to: values, rows: far, moved: 0..<0, channels: [], workers: workers)
    return mean(scene.scores, far) <= 1.2 * mean(before.scores, far) + 0.5
  }

  private mutating func apply(_ candidate: StretchSearch.Candidate) async {
    let channels = scene.measurement.values.columns
    var values = scene.measurement.values
    for channel in candidate.channels {
      for row in candidate.rows { scene.hidden[row * channels + channel] = true }
      scene.measurement.hideSteps(
        candidate.rows.lowerBound..<candidate.rows.upperBound + 1, channel: channel)
    }
    let end = candidate.rows.upperBound
    for (channel, shift) in zip(candidate.channels, candidate.shifts) {
      for row in end..<rows { values.values[row * channels + channel] -= shift }
    }
    var changed = candidate.rows
    if !candidate.rows.isEmpty {
      for channel in candidate.channels {
        let filled = fill(channel, candidate.rows, &values)
        changed = changed.joined(with: filled)
      }
    }
    let moved = candidate.shifts.isEmpty ? 0..<0 : end..<min(rows, end + 2 * search.length)
    await scorer.update(
      &scene.measurement, to: values, rows: changed, moved: moved, channels: candidate.channels,
      workers: workers)
  }

  /// Puts the conditional mean at all hidden rows of a channel near a stretch; of the stretch alone
  /// where most of the window is hidden.
  private func fill(_ channel: Int, _ stretch: Range<Int>, _ values: inout Matrix) -> Range<Int> {
    let middle = (stretch.lowerBound + stretch.upperBound) / 2
    let window = search.window(around: middle, of: rows)
    let channels = values.columns
    var places = window.filter { scene.hidden[$0 * channels + channel] }
    if Double(places.count) > 0.6 * Double(window.count) {
      places = places.filter(stretch.contains)
    }
    guard let first = places.first, let last = places.last else { return stretch }
    let inpainter = search.inpainters[channel]
    let gradient = inpainter.gradient(of: values.rows(window, channel: channel))
    let correction = inpainter.correction(
      hiding: places.map { $0 - window.lowerBound }, gradient: gradient)
    for (place, change) in zip(places, correction) {
      values.values[place * channels + channel] -= Float(change)
    }
    return first..<last + 1
  }

  // What nothing explains.

  /// Names a changed state once, where it is strongest.
  private mutating func settleState(at peak: Int) {
    let score = scene.scores[peak]
    let free = run(around: peak, within: options.stateReach) { !isSettled[$0] }
    let reach = run(around: peak, within: options.stateReach) {
      free.contains($0) && scene.scores[$0] >= threshold
    }
    for row in reach { isSettled[row] = true }
    guard score > options.stateRatio * threshold else { return }
    let least = max(threshold, options.stateShare * score)
    let rows = run(around: peak, within: options.stateShown) {
      free.contains($0) && scene.scores[$0] >= least
    }
    events.append(
      SeriesEvent(
        kind: .state, rows: rows, peak: peak, score: score, severity: score / options.stateRatio,
        channels: [], reach: reach))
  }

  /// The rows around a peak that belong to it without a break, at most so many to either side.
  private func run(around peak: Int, within most: Int, _ belongs: (Int) -> Bool) -> Range<Int> {
    var (start, end) = (peak, peak + 1)
    while start > max(0, peak - most), belongs(start - 1) { start -= 1 }
    while end < min(rows, peak + most + 1), belongs(end) { end += 1 }
    return start..<end
  }

  /// The rest of the scores by the share of their peak alone.
  private mutating func flagTheRest() {
    isCut = true
    while let peak = highest { settleState(at: peak) }
  }
}

extension SeriesEvent {
  init(_ candidate: StretchSearch.Candidate, peak: Int, severity: Float) {
    let isLevel = !candidate.shifts.isEmpty
    self.init(
      kind: isLevel ? .level : .fault, rows: candidate.rows, peak: peak, score: severity,
      severity: severity,
      channels: candidate.gains.enumerated().map { index, part in
        .init(
          channel: part.channel, gain: part.gain, shift: isLevel ? candidate.shifts[index] : 0)
      }, reach: candidate.rows)
  }
}
