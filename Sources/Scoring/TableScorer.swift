package import Compute
package import Diffusion

/// What scoring says about each row of a table.
package struct RowScores: Sendable, Equatable {
  /// Higher is more abnormal; about 0 with deviation about 1 on normal rows; finite, `[rows]`.
  package var scores: [Float]
  /// How much each feature departs from what the others let expect, not negative,
  /// `[rows, features]`.
  package var contributions: Matrix
  /// What each feature was expected to be given the others, in standard units, `[rows, features]`.
  package var expected: Matrix

  package init(scores: [Float], contributions: Matrix, expected: Matrix) {
    (self.scores, self.contributions, self.expected) = (scores, contributions, expected)
  }
}

/// Scores table rows by how badly the denoisers bring them back.
package struct TableScorer: Sendable {
  /// Views of baseline rows, or of means of them; empty when the network alone is looked at.
  package internal(set) var views: [NeighborView]
  /// Makes the last view from the standard one; nil where the standard view stands alone.
  package let filter: WienerFilter?
  /// Finds the rows near a row of the standard view; nil without views.
  private let search: NearestRows?
  /// The trained network on the standard view; nil at `fast`.
  package internal(set) var reconstruction: ReconstructionScore?
  /// Share of the network in the score, 0...1.
  package let networkShare: Float
  /// The noise that a second network sees in the standard view; nil where rows are too few for it.
  package internal(set) var noiseLevel: NoiseLevelScore?
  /// How far rows of the standard view are from the bulk; nil for baselines that are taken to be normal.
  package internal(set) var bulk: BulkDistance?

  package init(
    views: [NeighborView], filter: WienerFilter?, reconstruction: ReconstructionScore?,
    networkShare: Float,
    noiseLevel: NoiseLevelScore?, bulk: BulkDistance?
  ) {
    precondition(!views.isEmpty || reconstruction != nil, "a scorer with nothing to score by")
    precondition(
      views.allSatisfy { $0.exemplars.count == views[0].exemplars.count },
      "views of \(views.map(\.exemplars.count)) rows")
    (self.views, self.filter, self.reconstruction) = (views, filter, reconstruction)
    search = views.first.map { NearestRows($0.exemplars) }
    (self.networkShare, self.noiseLevel, self.bulk) = (networkShare, noiseLevel, bulk)
  }

  /// Views that rows are encoded in, to which the filtered one is added; 1 at least.
  package var encodedViews: Int { max(1, filter == nil ? views.count : views.count - 1) }

  /// The scores of encoded rows, the same whatever rows they come with and however many workers
  /// there are.
  ///
  /// * `samples`: the encoded views of the rows, `[rows, features]` each.
  /// * `blaming`: which rows' columns are looked at closely.
  package func scores(
    for samples: [Matrix], blaming: ColumnBlame? = nil, workers: Int
  ) async -> RowScores {
    let parts = chunks(of: samples[0].rows)
    let results = await parallelMap(parts.count, workers: workers) { index in
      self.score(samples, rows: parts[index], blaming: blaming)
    }
    return Self.joined(results, features: samples[0].columns)
  }

  /// One chunk: padded to full height, scored, and cut back.
  private func score(_ samples: [Matrix], rows: Range<Int>, blaming: ColumnBlame?) -> RowScores {
    let padded = samples.map { $0.padded(rows: rows, to: chunkRows) }
    let logarithms = zip(views, rawLogarithms(of: padded, details: true)).map { $0.corrected($1) }
    let total = combine(logarithms, answers(to: padded[0]))
    let (contributions, expected) = attribute(padded[0], logarithms.first?.reconstruction)
    var scores = RowScores(
      scores: Array(total.prefix(rows.count)),
      contributions: contributions.padded(rows: 0..<rows.count, to: rows.count),
      expected: expected.padded(rows: 0..<rows.count, to: rows.count))
    if let blaming, let search {
      blaming.lookClosely(at: padded[0], exemplars: search, &scores)
    }
    return scores
  }

  /// The residuals of rows in each view.
  ///
  /// * `samples`: the encoded views of the rows, or all, `[rows, features]` each.
  /// * `excluded`: for each row an exemplar it must not see, or -1; empty for none.
  /// * `details`: whether the columns to blame are wanted, which the standard view tells.
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

  /// What the networks and the bulk say of each row, before the scales.
  struct Answers: Sendable {
    var errors: [[Float]]?
    var levels: [Float]?
    var bulk: [Float]?
  }

  /// * `samples`: the standard view, `[rows, features]`.
  /// * `excluded`: for each row an exemplar it must not see, or -1; empty for none.
  func answers(to samples: Matrix, excluding excluded: [Int32] = []) -> Answers {
    Answers(
      errors: reconstruction?.logarithms(of: samples),
      levels: noiseLevel?.estimator.levels(of: samples),
      bulk: bulk?.logarithms(of: samples, excluding: excluded))
  }

  /// The weighted mean of the views and the networks' shares, raised where the bulk is far.
  func combine(_ logarithms: [NeighborView.Logarithms], _ answers: Answers) -> [Float] {
    let rows = logarithms.first?.local.count ?? answers.errors?[0].count ?? 0
    var total = [Float](repeating: 0, count: rows)
    func add(_ scores: [Float], share: Float) {
      for row in 0..<rows { total[row] += share * scores[row] }
    }
    let noise = noiseLevel?.share ?? 0
    let network = views.isEmpty ? 1 - noise : (reconstruction == nil ? 0 : networkShare)
    let weight = views.reduce(0) { $0 + $1.mixture.viewWeight }
    for (view, logarithms) in zip(views, logarithms) {
      let share = (1 - network - noise) * view.mixture.viewWeight / weight
      add(view.scores(logarithms), share: share)
    }
    if let reconstruction, let errors = answers.errors {
      add(reconstruction.scores(errors), share: network)
    }
    if let noiseLevel, let levels = answers.levels { add(noiseLevel.scores(levels), share: noise) }
    guard let bulk, let distances = answers.bulk else { return total }
    return zip(total, distances).map(bulk.raising)
  }

  /// Contributions and expected values as the local Gaussian has them; without views nothing is known.
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
  /// The encoded views of rows and the one that is made of the standard view, the first.
  func extending(_ views: [Matrix]) -> [Matrix] { views + [denoise(views[0])] }
}
