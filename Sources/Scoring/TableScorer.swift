package import Compute
package import Diffusion

/// The scores of rows of a table or series, with their attribution to features.
package struct RowScores: Sendable, Equatable {
  /// Higher is more abnormal, finite, `[rows]`; of tables about standard normal on normal rows, of series
  /// a sum of -log p.
  package var scores: [Float]
  /// The deviation of each feature from its conditional expectation, squared or a logarithm, 0 or more,
  /// `[rows, features]`.
  package var contributions: Matrix
  /// The expectation of each feature given the others, in encoded units, `[rows, features]`.
  package var expected: Matrix

  package init(scores: [Float], contributions: Matrix, expected: Matrix) {
    (self.scores, self.contributions, self.expected) = (scores, contributions, expected)
  }
}

/// Scores table rows by the reconstruction errors of several denoisers.
package struct TableScorer: Sendable {
  /// Views of baseline rows, or of means of them; empty in ablations without neighbours.
  package internal(set) var views: [NeighborView]
  /// Computes the last view from the standard one; nil when the standard view is the only one.
  package let filter: WienerFilter?
  /// Neighbour search in the standard view; nil without views.
  private let search: NearestRows?
  /// The trained network on the standard view; nil at `fast`.
  package internal(set) var reconstruction: ReconstructionScore?
  /// Weight of the network in the score, 0...1.
  package let networkWeight: Float
  /// The noise level estimator on the standard view; nil when there are too few rows for it.
  package internal(set) var noiseLevel: NoiseLevelScore?
  /// The distance from the bulk in the standard view; nil for baselines assumed to be normal.
  package internal(set) var bulk: BulkDistance?

  package init(
    views: [NeighborView], filter: WienerFilter?, reconstruction: ReconstructionScore?,
    networkWeight: Float,
    noiseLevel: NoiseLevelScore?, bulk: BulkDistance?
  ) {
    precondition(!views.isEmpty || reconstruction != nil, "a scorer with nothing to score by")
    precondition(
      views.allSatisfy { $0.exemplars.count == views[0].exemplars.count },
      "views of \(views.map(\.exemplars.count)) rows")
    (self.views, self.filter, self.reconstruction) = (views, filter, reconstruction)
    search = views.first.map { NearestRows($0.exemplars) }
    (self.networkWeight, self.noiseLevel, self.bulk) = (networkWeight, noiseLevel, bulk)
  }

  /// The number of views that rows must be encoded in; the filtered one is added here.
  package var encodedViews: Int { max(1, filter == nil ? views.count : views.count - 1) }

  /// Scores encoded rows; each row's score is independent of the other rows and of `workers`.
  ///
  /// O(rows · exemplars · features).
  ///
  /// * `samples`: the encoded views of the rows, `[rows, features]` each.
  /// * `blaming`: refines the attribution of high scores; nil leaves that of the closed form.
  package func scores(
    for samples: [Matrix], blaming: ColumnBlame? = nil, workers: Int
  ) async -> RowScores {
    let parts = chunks(of: samples[0].rows)
    let results = await parallelMap(parts.count, workers: workers) { index in
      self.score(samples, rows: parts[index], blaming: blaming)
    }
    return Self.joined(results, features: samples[0].columns)
  }

  /// Scores one chunk, padded to full height and cut back.
  private func score(_ samples: [Matrix], rows: Range<Int>, blaming: ColumnBlame?) -> RowScores {
    let padded = samples.map { $0.padded(rows: rows, to: chunkRows) }
    let logarithms = zip(views, rawLogarithms(of: padded, details: true)).map { $0.corrected($1) }
    let total = combine(logarithms, outputs(for: padded[0]))
    let (contributions, expected) = attribute(padded[0], logarithms.first?.reconstruction)
    var scores = RowScores(
      scores: Array(total.prefix(rows.count)),
      contributions: contributions.padded(rows: 0..<rows.count, to: rows.count),
      expected: expected.padded(rows: 0..<rows.count, to: rows.count))
    if let blaming, let search {
      blaming.refine(padded[0], exemplars: search, &scores)
    }
    return scores
  }

  /// The log residuals of rows in each view.
  ///
  /// * `samples`: the encoded views of the rows, or all views, `[rows, features]` each.
  /// * `excluded`: for each row an exemplar to exclude, or -1; empty for none.
  /// * `details`: whether attribution, which the standard view gives, is needed.
  func rawLogarithms(
    of samples: [Matrix], excluding excluded: [Int32] = [], details: Bool = false
  ) -> [NeighborView.Logarithms] {
    guard let search else { return [] }
    let available = search.rows.count - (excluded.isEmpty ? 0 : 1)
    let wanted = views.map(\.options.empiricalCount).max() ?? 1
    let neighbors = search.neighbors(
      of: samples[0], count: min(wanted, available), excluding: excluded)
    let samples = samples.count < views.count ? filter?.extending(samples) ?? samples : samples
    return views.indices.map { index in
      views[index].rawLogarithms(of: samples[index], neighbors, details: details && index == 0)
    }
  }

  /// The outputs of networks and bulk for each row, not yet standardized; nil for absent components.
  struct RawOutputs: Sendable {
    /// Log reconstruction errors, `[levels][rows]`.
    var errors: [[Float]]?
    /// Estimated noise levels, `[rows]`.
    var levels: [Float]?
    /// Log squared radii, `[rows]`.
    var bulk: [Float]?
  }

  /// Evaluates networks and bulk.
  ///
  /// * `samples`: the standard view, `[rows, features]`.
  /// * `excluded`: for each row an exemplar to exclude, or -1; empty for none.
  func outputs(for samples: Matrix, excluding excluded: [Int32] = []) -> RawOutputs {
    RawOutputs(
      errors: reconstruction?.logarithms(of: samples),
      levels: noiseLevel?.estimator.levels(of: samples),
      bulk: bulk?.logarithms(of: samples, excluding: excluded))
  }

  /// The weighted mean of views and networks, raised where the bulk is far, `[rows]`.
  func combine(_ logarithms: [NeighborView.Logarithms], _ outputs: RawOutputs) -> [Float] {
    let rows = logarithms.first?.local.count ?? outputs.errors?[0].count ?? 0
    var total = [Float](repeating: 0, count: rows)
    func add(_ scores: [Float], weight: Float) {
      for row in 0..<rows { total[row] += weight * scores[row] }
    }
    let noise = noiseLevel?.weight ?? 0
    let network = views.isEmpty ? 1 - noise : (reconstruction == nil ? 0 : networkWeight)
    let sum = views.reduce(0) { $0 + $1.mixture.viewWeight }
    for (view, logarithms) in zip(views, logarithms) {
      let weight = (1 - network - noise) * view.mixture.viewWeight / sum
      add(view.scores(logarithms), weight: weight)
    }
    if let reconstruction, let errors = outputs.errors {
      add(reconstruction.scores(errors), weight: network)
    }
    if let noiseLevel, let levels = outputs.levels { add(noiseLevel.scores(levels), weight: noise) }
    guard let bulk, let distances = outputs.bulk else { return total }
    return zip(total, distances).map(bulk.raising)
  }

  /// The local Gaussian's attribution in the standard view; zeros without views.
  private func attribute(
    _ samples: Matrix, _ reconstruction: LocalGaussianDenoiser.Reconstruction?
  ) -> (contributions: Matrix, expected: Matrix) {
    guard let reconstruction else {
      let nothing = Matrix(rows: samples.rows, columns: samples.columns)
      return (nothing, nothing)
    }
    return reconstruction.attribution(samples)
  }

  private static func joined(_ parts: [RowScores], features: Int) -> RowScores {
    let rows = parts.reduce(0) { $0 + $1.scores.count }
    return RowScores(
      scores: parts.flatMap(\.scores),
      contributions: Matrix(
        rows: rows, columns: features, values: parts.flatMap(\.contributions.values)),
      expected: Matrix(rows: rows, columns: features, values: parts.flatMap(\.expected.values)))
  }
}

extension WienerFilter {
  /// The encoded views of rows with the filtered one, computed from the first, added.
  func extending(_ views: [Matrix]) -> [Matrix] { views + [denoise(views[0])] }
}
