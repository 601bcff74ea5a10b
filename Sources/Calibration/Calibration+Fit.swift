extension Calibration {
  /// Sets a threshold from the scores of normal rows that were not used for fitting.
  ///
  /// `normalScores` is `[rows]`, in any order. Throws `noScores`, `rateOutOfRange`, `labelsNeeded` or,
  /// for method `fixed`, `thresholdNotFinite`.
  package static func fit(
    to normalScores: [Float], options: CalibrationOptions = CalibrationOptions()
  ) throws(CalibrationError) -> Calibration {
    try check(options)
    guard options.method != .bestF1 else { throw .labelsNeeded(.bestF1) }
    let scores = CalibrationScores(normalScores)
    if options.method == .fixed {
      return try fixed(Threshold(value: options.fixedThreshold ?? .nan), scores, options)
    }
    guard scores.count > 0 else { throw .noScores }
    switch options.method {
    case .quantile: return quantile(scores, options)
    case .evt: return tail(scores, options, warnings: [])
    case .conformal, .bestF1, .fixed: return conformal(scores, options)
    }
  }

  /// Sets a threshold from labelled rows: all of them for best-f1, else the normal ones.
  ///
  /// `scores` and `labels` (true is anomalous) are `[rows]`. Throws `oneClass` too.
  package static func fit(
    to scores: [Float], labels: [Bool], options: CalibrationOptions = CalibrationOptions()
  ) throws(CalibrationError) -> Calibration {
    precondition(
      scores.count == labels.count, "fit: \(scores.count) scores, \(labels.count) labels")
    let normal = zip(scores, labels).filter { !$0.1 }.map(\.0)
    guard options.method == .bestF1 else { return try fit(to: normal, options: options) }
    try check(options)
    guard let best = LabelledThreshold(scores: scores, labels: labels) else {
      throw .oneClass(.bestF1, rows: scores.count, anomalous: scores.count - normal.count)
    }
    let kept = CalibrationScores(normal)
    return observed(best.threshold, kept, options, footing: .labels, bestF1: best.f1)
  }

  private static func check(_ options: CalibrationOptions) throws(CalibrationError) {
    guard CalibrationOptions.rates.contains(options.rate) else {
      throw .rateOutOfRange(options.rate)
    }
  }

  /// The threshold at the conformal rank; with too few scores for the rate, that of the tail model.
  private static func conformal(
    _ scores: CalibrationScores, _ options: CalibrationOptions
  ) -> Calibration {
    let rank = conformalRank(rate: options.rate, count: scores.count)
    guard rank > 0 else {
      let needed = scoresNeeded(rate: options.rate)
      return tail(
        scores, options,
        warnings: [.tooFewScores(count: scores.count, needed: needed, rate: options.rate)])
    }
    return ranked(scores, options, rank: rank, footing: .conformal, warnings: [])
  }

  private static func quantile(
    _ scores: CalibrationScores, _ options: CalibrationOptions
  ) -> Calibration {
    let threshold = Threshold(value: scores.quantile(1 - options.rate))
    return observed(threshold, scores, options, footing: .quantile, expected: options.rate)
  }

  private static func fixed(
    _ threshold: Threshold, _ scores: CalibrationScores, _ options: CalibrationOptions
  ) throws(CalibrationError) -> Calibration {
    guard threshold.value.isFinite else { throw .thresholdNotFinite(threshold.value) }
    return observed(threshold, scores, options, footing: .fixed)
  }

  /// The threshold where the p-value, tail included, falls to the rate.
  private static func tail(
    _ scores: CalibrationScores, _ options: CalibrationOptions, warnings: [CalibrationWarning]
  ) -> Calibration {
    guard let tail = TailModel(of: scores, rate: options.rate) else {
      let warnings = warnings + [.noTail(count: scores.count)]
      let rank = conformalRank(rate: options.rate, count: scores.count)
      return ranked(
        scores, options, rank: max(rank, 1), footing: rank > 0 ? .conformal : .largestScore,
        warnings: warnings)
    }
    let threshold = largestScore { score in
      score <= tail.start
        ? conformalPValue(atLeast: scores.count(atLeast: score), of: scores.count) > options.rate
        : tail.pValue(of: score) > options.rate
    }
    let doubts = doubts(about: tail, rate: options.rate)
    return observed(
      Threshold(value: threshold), scores, options, footing: .tailModel, expected: options.rate,
      tail: tail, warnings: warnings + doubts)
  }

  /// A warning when the two tail fits disagree by more than a factor of 2 in rate.
  private static func doubts(about tail: TailModel, rate: Double) -> [CalibrationWarning] {
    let factor = tail.disagreement(rate: rate)
    guard factor > 2, let thresholds = tail.thresholds(rate: rate) else { return [] }
    return [
      .fitsDisagree(
        likelihood: thresholds.likelihood, moments: thresholds.moments, factor: factor)
    ]
  }
}

/// The last steps, which all methods have in common.
extension Calibration {
  /// A threshold at the `rank`-th largest score, with the beta distribution of its rate.
  private static func ranked(
    _ scores: CalibrationScores, _ options: CalibrationOptions, rank: Int, footing: Footing,
    warnings: [CalibrationWarning]
  ) -> Calibration {
    let expected = Double(rank) / Double(scores.count + 1)
    let effective = options.blocks?.effectiveCount ?? scores.count
    let interval = RateInterval.conformal(
      expected: expected, count: Double(max(effective, 1)), confidence: options.confidence)
    return finish(
      Threshold(value: scores.largest(rank)), scores, options, footing,
      Estimate(expected: expected, interval: interval), warnings: warnings)
  }

  /// A threshold of any other origin, with the exact interval of the rate observed on the scores.
  private static func observed(
    _ threshold: Threshold, _ scores: CalibrationScores, _ options: CalibrationOptions,
    footing: Footing, expected: Double? = nil, bestF1: Double? = nil, tail: TailModel? = nil,
    warnings: [CalibrationWarning] = []
  ) -> Calibration {
    var estimate = Estimate(bestF1: bestF1, tail: tail)
    if scores.count > 0 {
      let above = Double(scores.count(atLeast: threshold.value.nextUp)) / Double(scores.count)
      let effective = Double(max(options.blocks?.effectiveCount ?? scores.count, 1))
      estimate.expected = expected ?? above
      estimate.interval = .clopperPearson(
        hits: above * effective, of: effective, confidence: options.confidence)
    }
    return finish(threshold, scores, options, footing, estimate, warnings: warnings)
  }

  private struct Estimate {
    var expected: Double?
    var interval: RateInterval?
    var bestF1: Double?
    var tail: TailModel?
  }

  private static func finish(
    _ threshold: Threshold, _ scores: CalibrationScores, _ options: CalibrationOptions,
    _ footing: Footing, _ estimate: Estimate, warnings: [CalibrationWarning]
  ) -> Calibration {
    let effective = options.blocks?.effectiveCount ?? scores.count
    let summary = CalibrationSummary(
      method: options.method, footing: footing, rate: options.rate, threshold: threshold,
      scoreCount: scores.count, effectiveCount: effective,
      blockLength: options.blocks?.blockLength, expectedRate: estimate.expected,
      interval: estimate.interval, bestF1: estimate.bestF1, tail: estimate.tail,
      warnings: warnings + blockWarnings(effective, options))
    return Calibration(fitted: summary, scores: scores)
  }

  private static func blockWarnings(
    _ effective: Int, _ options: CalibrationOptions
  ) -> [CalibrationWarning] {
    guard options.blocks != nil, ![.fixed, .bestF1].contains(options.method) else { return [] }
    let needed = scoresNeeded(rate: options.rate)
    guard effective < needed else { return [] }
    return [.fewBlocks(blocks: effective, needed: needed, rate: options.rate)]
  }
}

/// The largest finite score for which `holds`, which must hold up to some score and not beyond.
///
/// Bisects over the bit patterns, which have the order of the floats: 32 evaluations, exact.
private func largestScore(where holds: (Float) -> Bool) -> Float {
  func score(_ key: Int64) -> Float {
    let bits = UInt32(truncatingIfNeeded: key < 0 ? -key : key)
    return key < 0 ? -Float(bitPattern: bits) : Float(bitPattern: bits)
  }
  let end = Int64(Float.greatestFiniteMagnitude.bitPattern)
  var (low, high) = (-end, end)
  while low < high {
    let middle = low + (high - low + 1) / 2
    if holds(score(middle)) { low = middle } else { high = middle - 1 }
  }
  return score(low)
}
