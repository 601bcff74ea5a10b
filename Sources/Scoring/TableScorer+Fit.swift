package import Compute
package import Diffusion

/// Options of fitting a table scorer.
package struct TableScorerOptions: Sendable, Equatable, Codable {
  /// The most baseline rows to store in the model; 0 stores means of several rows each instead.
  package var exemplars = 10_000
  /// The fraction of baseline rows that may be anomalies, 0...0.2; above 0 the distance from the bulk
  /// counts as well.
  package var contamination = 0.0
  /// Whether networks are trained.
  package var trainsNetwork = true
  /// Noise draws per level of the network's score.
  package var noiseDraws = 1
  package var training = TrainingOptions.rows
  package var noiseLevelTraining = TrainingOptions.noiseLevels
  package var seed: UInt64 = 0
  /// The parts of the score that count; empty for all.
  package var parts: [TableScorer.Part] = []

  package init() {}
}

extension TableScorer {
  /// The parts of the score, for ablation.
  package enum Part: String, Sendable, Codable, CaseIterable {
    /// Views of rows.
    case standard, robust, quantile, filtered
    /// Residuals within a view.
    case local, empirical
    case network
    case noiseLevel = "noise level"

    /// The views in the order of the scorer's.
    static let views = [standard, robust, quantile, filtered]
  }
}

/// A fitted table scorer with what calibration needs.
package struct TableFit: Sendable {
  package let scorer: TableScorer
  /// Scores of normal rows that the networks were not trained on, each without itself as a neighbour.
  package let calibrationScores: [Float]
  /// The history of the denoiser's training; nil without one.
  package let history: TrainingHistory?
  /// The least normal rows of the baseline, each against the others, worst first; empty when the model
  /// stores means of rows.
  package let suspects: [(row: Int, score: Float)]
}

extension TableScorer {
  /// Fits a scorer to encoded rows of a normal baseline.
  ///
  /// Neighbour search makes it O(exemplars² · features), besides the training of the networks.
  ///
  /// * `samples`: every view of the baseline, `[rows, features]` each.
  /// * `groups`: the range of features of each column, which probes exchange as a whole.
  /// * `workers`: tasks and threads to use; the result does not depend on it.
  package static func fit(
    to samples: [Matrix], groups: [Range<Int>], options: TableScorerOptions, workers: Int,
    checkpoints: (any TrainingCheckpoints)? = nil
  ) async -> TableFit {
    let rows = samples[0].rows
    var stream = RandomStream(seed: options.seed, stream: 0x7461)
    let kept = stream.sample(
      options.exemplars > 0 ? options.exemplars : TableRecipe.sampledRows, of: rows)
    let heldOut = stream.sample(heldOutCount(of: kept.count), of: kept.count)
    let exemplars = samples.map { $0.selecting(rows: kept) }
    let train = { @Sendable in
      await networks(
        samples[0], heldOut: heldOut.map { kept[$0] }, options: options, threads: workers,
        checkpoints)
    }
    async let beside = workers > 1 ? train() : nil
    let holdsRows = options.exemplars > 0
    let trial =
      holdsRows
      ? Trial(of: exemplars, heldOut: heldOut)
      : await Trial(ofMeans: exemplars, heldOut: heldOut, workers: workers)
    let filter =
      samples.count > 1 ? WienerFilter.fit(to: exemplars[0], at: TableRecipe.filterNoise) : nil
    let (views, leftOut) = await weightedViews(
      trial, groups, filter, options: options, workers: workers)
    let (denoiser, noiseLevel) = if let trained = await beside { trained } else { await train() }
    var scorer = TableScorer(
      views: views, filter: filter,
      reconstruction: denoiser.map { ReconstructionScore.uncalibrated($0, options) },
      networkWeight: TableRecipe.networkWeight, noiseLevel: noiseLevel,
      bulk: options.contamination > 0
        ? BulkDistance(of: trial.held[0], contamination: options.contamination) : nil)
    if !options.parts.isEmpty { scorer.keep(options.parts) }
    let scores = await scorer.calibrate(trial, workers: workers)
    guard holdsRows || scorer.views.isEmpty else {
      await scorer.compare(withMeansOf: exemplars, workers: workers)
      return TableFit(
        scorer: scorer, calibrationScores: scores, history: denoiser?.trained.history, suspects: [])
    }
    let usual = await scorer.bulk?.raising(leftOut, of: exemplars[0], workers: workers) ?? leftOut
    let worst = usual.indices.sorted { usual[$0] > usual[$1] }.prefix(TableRecipe.mostSuspects)
    return TableFit(
      scorer: scorer, calibrationScores: scores, history: denoiser?.trained.history,
      suspects: worst.map { (kept[$0], usual[$0]) })
  }

  /// The number of rows to hold out from the networks, see `TableRecipe.heldOutRows`.
  static func heldOutCount(of rows: Int) -> Int {
    let range = TableRecipe.heldOutRows
    return min(range.upperBound, max(rows / 5, min(rows / 2, range.lowerBound)))
  }

  /// Trains both networks on the rows that are not held out; the estimator only where it has weight.
  private static func networks(
    _ samples: Matrix, heldOut: [Int], options: TableScorerOptions, threads: Int,
    _ checkpoints: (any TrainingCheckpoints)?
  ) async -> (NeuralDenoiser?, NoiseLevelScore?) {
    guard options.trainsNetwork else { return (nil, nil) }
    let hidden = Set(heldOut)
    let seen = samples.selecting(rows: (0..<samples.rows).filter { !hidden.contains($0) })
    let evaluation = samples.selecting(rows: heldOut)
    var (training, levelTraining) = (options.training, options.noiseLevelTraining)
    (training.seed, levelTraining.seed) = (options.seed, options.seed)
    levelTraining.steps = steps(levelTraining.steps, rows: seen.rows)
    let denoiser = NeuralDenoiser.fit(
      to: seen, heldOut: evaluation, options: training, threads: threads, checkpoints: checkpoints)
    let weight = NoiseLevelScore.weight(rows: samples.rows, features: samples.columns)
    guard weight > 0 else { return (denoiser, nil) }
    return (
      denoiser,
      NoiseLevelScore(
        estimator: NoiseLevelEstimator.fit(
          to: seen, heldOut: evaluation, options: levelTraining, threads: threads,
          checkpoints: checkpoints),
        weight: weight, scale: LogScale(mean: 0, deviation: 1))
    )
  }

  /// Training steps for a number of rows: they grow with its square root beyond `trainingRows`.
  package static func steps(_ steps: Int, rows: Int) -> Int {
    let growth = (Double(rows) / TableRecipe.trainingRows).squareRoot()
    return Int(Double(steps) * min(TableRecipe.mostTraining, max(1, growth)))
  }

  /// Fits all views: floors, references, scales and weights.
  ///
  /// - Returns: the views, and the combined scores of the trial's normal rows.
  private static func weightedViews(
    _ trial: Trial, _ groups: [Range<Int>], _ filter: WienerFilter?,
    options: TableScorerOptions, workers: Int
  ) async -> (views: [NeighborView], leftOut: [Float]) {
    let probe = Probe(trial.normal, groups: groups, seed: options.seed)
    let origins = probe.origins.map { trial.origins[$0] }
    var scorer = TableScorer(
      views: (filter?.extending(trial.held) ?? trial.held).map {
        NeighborView(loweringNoiseFor: $0)
      }, filter: filter, reconstruction: nil, networkWeight: 0, noiseLevel: nil, bulk: nil)
    var references = await scorer.references(workers: workers)
    for index in scorer.views.indices {
      references[index] = scorer.views[index].floor(by: references[index])
    }
    let usual =
      trial.isOfRows
      ? references
      : await scorer.leftOut(trial.normal, origins: trial.origins, workers: workers)
    let normal = await scorer.leftOut(probe.normal, origins: origins, workers: workers)
    let broken = await scorer.leftOut(probe.broken, origins: origins, workers: workers)
    var corrected: [NeighborView.Logarithms] = []
    for index in scorer.views.indices {
      scorer.views[index].refer(to: references[index])
      corrected.append(scorer.views[index].learn(from: usual[index]))
      scorer.views[index].weigh(normal: normal[index], broken: broken[index])
    }
    return (scorer.views, scorer.combine(corrected, RawOutputs()))
  }

  /// Replaces the exemplars by means of all baseline rows instead of a part of them.
  ///
  /// The scales stay as fitted, which errs on the side of too few alarms.
  private mutating func compare(withMeansOf exemplars: [Matrix], workers: Int) async {
    let groups = await RowGroups.fit(to: exemplars[0], workers: workers)
    let views = zip(views, filter?.extending(exemplars) ?? exemplars).map { view, rows in
      var next = NeighborView(unfitted: groups.means(of: rows), options: view.options)
      next.mixture = view.mixture
      return next
    }
    self = TableScorer(
      views: views, filter: filter, reconstruction: reconstruction, networkWeight: networkWeight,
      noiseLevel: noiseLevel,
      bulk: bulk.map {
        BulkDistance(
          of: views[0].exemplars.matrix, contamination: $0.contamination, scale: $0.scale)
      })
    let references = await references(workers: workers)
    for index in views.indices { self.views[index].refer(to: references[index]) }
  }

  /// The log residuals of the exemplars, each against the others.
  private func references(workers: Int) async -> [NeighborView.Logarithms] {
    let rows = views[0].exemplars.count
    return await leftOut(
      views.map(\.exemplars.matrix), origins: Array(0..<rows), workers: workers)
  }

  /// The log residuals of rows in each view, without the exemplar that each comes from.
  private func leftOut(_ samples: [Matrix], origins: [Int], workers: Int) async
    -> [NeighborView.Logarithms]
  {
    let parts = chunks(of: origins.count)
    let pieces = await parallelMap(parts.count, workers: workers) { part in
      let rows = samples.map { $0.padded(rows: parts[part], to: parts[part].count) }
      return self.rawLogarithms(of: rows, excluding: parts[part].map { Int32(origins[$0]) })
    }
    return views.indices.map { view in
      .joined(pieces.map { $0[view] }, neighbors: views[view].options.localCount)
    }
  }

  /// Removes all parts but these; all views stay when only residuals are listed.
  private mutating func keep(_ parts: [Part]) {
    let residuals = parts.filter { [.local, .empirical].contains($0) }
    let listed = Part.views.prefix(views.count).filter { parts.contains($0) }
    if listed.isEmpty, residuals.isEmpty { views = [] }
    for (index, view) in zip(views.indices, Part.views)
    where !listed.isEmpty && !listed.contains(view) {
      views[index].mixture.viewWeight = 0
    }
    if !views.isEmpty, !parts.contains(.network) { reconstruction = nil }
    if !parts.contains(.noiseLevel) { noiseLevel = nil }
    bulk = nil
    guard residuals.count == 1 else { return }
    for index in views.indices {
      views[index].mixture.localWeight = residuals == [.local] ? 1 : 0
      views[index].mixture.empiricalWeight = residuals == [.local] ? 0 : 1
    }
  }

  /// Fits the scales of networks and bulk to the rows that the networks have not seen; returns the scores
  /// of these rows.
  private mutating func calibrate(_ trial: Trial, workers: Int) async -> [Float] {
    let parts = chunks(of: trial.unseen.count)
    let model = self
    let pieces = await parallelMap(parts.count, workers: workers) { part in
      let rows = parts[part].map { trial.unseen[$0] }
      let padded = trial.normal.map {
        $0.selecting(rows: rows).padded(rows: 0..<rows.count, to: chunkRows)
      }
      let excluded =
        rows.map { Int32(trial.origins[$0]) }
        + [Int32](repeating: -1, count: chunkRows - rows.count)
      let raw = model.rawLogarithms(of: padded, excluding: excluded)
      let logarithms = zip(model.views, raw).map { $0.corrected($1) }
      return (logarithms, model.outputs(for: padded[0], excluding: excluded), rows.count)
    }
    if reconstruction != nil {
      let levels = reconstruction?.sigmas.count ?? 0
      reconstruction?.calibrate(
        (0..<levels).map { level in
          pieces.flatMap { ($0.1.errors?[level] ?? []).prefix($0.2) }
        })
    }
    noiseLevel?.scale = LogScale.fit(to: pieces.flatMap { ($0.1.levels ?? []).prefix($0.2) })
    bulk?.scale = LogScale.fit(to: pieces.flatMap { ($0.1.bulk ?? []).prefix($0.2) })
    return pieces.flatMap { combine($0.0, $0.1).prefix($0.2) }
  }
}

/// The exemplars while a scorer is fitted, and the normal rows that its scales are fitted to.
private struct Trial: Sendable {
  /// Every view of the exemplars: baseline rows, or means of them.
  let held: [Matrix]
  /// Every view of the normal rows.
  let normal: [Matrix]
  /// For each normal row the exemplar to exclude, or -1.
  let origins: [Int]
  /// Indices of the normal rows that the networks do not learn from.
  let unseen: [Int]
  /// Whether the normal rows are the exemplars themselves.
  let isOfRows: Bool

  /// Baseline rows, each to be measured against the others.
  init(of rows: [Matrix], heldOut: [Int]) {
    (held, normal, unseen, isOfRows) = (rows, rows, heldOut, true)
    origins = Array(0..<rows[0].rows)
  }

  /// Held-out rows, to be measured against means of the others.
  init(ofMeans rows: [Matrix], heldOut: [Int], workers: Int) async {
    let hidden = Set(heldOut)
    let others = (0..<rows[0].rows).filter { !hidden.contains($0) }
    let seen = rows.map { $0.selecting(rows: others) }
    let groups = await RowGroups.fit(to: seen[0], workers: workers)
    (held, normal) = (seen.map(groups.means), rows.map { $0.selecting(rows: heldOut) })
    (origins, unseen, isOfRows) = (heldOut.map { _ in -1 }, Array(heldOut.indices), false)
  }
}

extension ReconstructionScore {
  static func uncalibrated(_ denoiser: NeuralDenoiser, _ options: TableScorerOptions)
    -> ReconstructionScore
  {
    ReconstructionScore(
      denoiser: denoiser, sigmas: TableRecipe.networkLevels,
      draws: options.noiseDraws, seed: options.seed,
      scales: TableRecipe.networkLevels.map { _ in LogScale(mean: 0, deviation: 1) })
  }
}
