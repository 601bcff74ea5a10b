import Diffusion

/// Every constant of the score of tables, with its reason.
///
/// What the user may choose is in `TableScorerOptions`, what a model file holds of a view's denoisers in
/// `NeighborView.Options`, below.
package enum TableRecipe {
  /// Noise that the filtered view is brought back from: directions of less than a quarter of the mean
  /// variance are halved and more, for they hold noise more often than not.
  static let filterNoise = NoiseLevel.relative(0.5)

  // How two residuals and several views become one number.

  /// The share of the local Gaussian's residual where both tell stand-ins equally well: it sees
  /// dependences, the empirical one sees gaps.
  static let localWeight = 0.6, empiricalWeight = 0.4
  /// How much better a residual must tell stand-ins to weigh e times as much, as an area under the curve.
  static let residualTemperature = 0.02
  /// The same of a view.
  static let viewTemperature = 0.03
  /// The floor under residuals, as a share of what is usual: a tenth is as good as nothing.
  static let floorShare: Float = 0.1
  /// Rows that stand-ins are made of.
  static let probes = 1_000
  /// Shares of the columns that stand-ins take from another row: few, and half.
  static let probeShares = [0.2, 0.5]

  // Networks.

  /// Share of the network in the score: it sees smooth boundaries, which neighbours miss, and little else
  /// better than they do.
  static let networkShare: Float = 0.05
  /// Beside the closed forms one noise of one level says as much as more of several levels.
  static let networkLevels = NoiseSchedule.logUniform.sigmas(1, from: 0.4, to: 0.1)
  /// Share of the noise level where rows are plenty.
  static let noiseLevelShare: Float = 0.3
  /// Rows per feature from which the noise level counts, and from which it counts in full.
  static let noiseLevelRows = 100.0...400.0
  /// Rows that a network is trained on by the steps of its options; more rows hold more to learn.
  static let trainingRows = 10_000.0
  /// Steps grow no further than by this factor.
  static let mostTraining = 4.0
  /// Rows that the networks do not see, which tell what is usual: a fifth, but no more than are needed,
  /// and no fewer where half of the rows are that many.
  static let heldOutRows = 100...2_000

  // Rows.

  /// Rows of the sample that a model without baseline rows is made of.
  static let sampledRows = 10_000
  /// Rows whose spacing is looked at.
  static let spacingRows = 1_000
  /// The neighbour whose distance is the spacing of rows: nearer ones may be equals.
  static let spacingNeighbors = 5
  /// Suspicious baseline rows that are named.
  package static let mostSuspects = 10

  // The bulk of a contaminated baseline.

  /// Rows that distances are taken to; more tell hardly more of so many neighbours.
  static let bulkReferences = 1_000
  /// Shares of anomalies in a ball: it must reach beyond all of them.
  static let bulkReach = 3.0
  /// Rows in a ball, at least.
  static let fewestInBall = 3
  /// How surprising the bulk's z must be beyond that of the near rows to count as much.
  static let bulkReserve: Float = 1

  /// Rows that a hidden column is expected from: as many as a local Gaussian is made of.
  static let blameNeighbors = 16
  /// Added to residuals before their logarithms are taken, and to deviations before they divide: rows
  /// that have equals have neither.
  static let leastResidual = 1e-9, leastDeviation = 1e-3
}

extension NeighborView {
  /// Settings of the two denoisers as a model file holds them; noise levels in encoded units, in which the
  /// features of normal rows have deviation 1.
  package struct Options: Sendable, Equatable, Codable {
    /// Neighbours in the empirical denoiser; those further away weigh nothing.
    package var empiricalCount = 64
    /// Half of what features vary by: a row comes back to its cluster, not to itself.
    package var empiricalSigma: Float = 0.5
    /// Neighbours in a local Gaussian: enough for the directions that rows vary in near by.
    package var localCount = 16
    /// So much that what sixteen rows happen not to show is no surprise.
    package var localSigma: Float = 0.8
    /// Share of the neighbours' own residual that is taken off: dense and thin regions differ.
    package var localShare: Float = 0.25

    package init() {}
  }
}
