import Diffusion

/// Every constant of the table score with its reason.
///
/// User options are in `TableScorerOptions`, the settings of a view's denoisers, which model files store,
/// in `NeighborView.Options` below.
package enum TableRecipe {
  /// Noise level of the filtered view: it at least halves directions with less than a quarter of the mean
  /// variance, which are mostly noise.
  static let filterNoise = NoiseLevel.relative(0.5)

  // Combining two residuals and several views.

  /// The weights of the two residuals where both separate probes equally well: the local Gaussian's
  /// responds to broken dependences, the empirical one's to gaps in the data.
  static let localWeight = 0.6, empiricalWeight = 0.4
  /// The advantage in separating probes, as an area under the curve, that gives a residual e times the
  /// weight.
  static let residualTemperature = 0.02
  /// The same for a view.
  static let viewTemperature = 0.03
  /// The floor under residuals as a fraction of their median: differences below carry no information.
  static let floorFraction: Float = 0.1
  /// The number of rows that probes are made of.
  static let probes = 1_000
  /// The fractions of columns that probes take from another row: few, and half.
  static let probeFractions = [0.2, 0.5]

  // Networks.

  /// Weight of the network in the score: it models smooth boundaries, which neighbours miss, and is
  /// hardly better at anything else.
  static let networkWeight: Float = 0.05
  /// Noise levels of the network; beside the closed forms one is as good as several.
  static let networkLevels = NoiseSchedule.logUniform.sigmas(1, from: 0.4, to: 0.1)
  /// Weight of the noise level estimator when rows are plentiful.
  static let noiseLevelWeight: Float = 0.3
  /// Rows per feature at which that weight starts to grow from 0, and at which it is reached.
  static let noiseLevelRows = 100.0...400.0
  /// The rows that the steps of `TrainingOptions` are meant for; more rows get more steps.
  static let trainingRows = 10_000.0
  /// The largest factor on the steps.
  static let mostTraining = 4.0
  /// The number of rows held out from the networks to calibrate the scores: a fifth, within this range
  /// as far as half of the rows allow.
  static let heldOutRows = 100...2_000

  // Rows.

  /// The number of rows sampled for a model that stores no baseline rows.
  static let sampledRows = 10_000
  /// The number of rows whose spacing is measured.
  static let spacingRows = 1_000
  /// The rank of the neighbour whose distance is the spacing: nearer ones may be duplicates.
  static let spacingNeighbors = 5
  /// The most suspicious baseline rows that are reported.
  package static let mostSuspects = 10

  // The bulk of a contaminated baseline.

  /// The number of reference rows for distances; more change little.
  static let bulkReferences = 1_000
  /// The size of a ball in multiples of the contamination: it must extend beyond all anomalies.
  static let bulkReach = 3.0
  /// The fewest reference rows in a ball.
  static let fewestInBall = 3
  /// Subtracted from the bulk's z, so that it prevails only where it is clearly larger.
  static let bulkReserve: Float = 1

  /// The number of neighbours that estimate a hidden column, as many as in a local Gaussian.
  static let blameNeighbors = 16
  /// Added to residuals before the logarithm and to deviations before division, both of which are 0 for
  /// duplicated rows.
  static let leastResidual = 1e-9, leastDeviation = 1e-3
}

extension NeighborView {
  /// Settings of the two denoisers, stored in model files; noise levels in encoded units, in which
  /// the features of normal rows have deviation 1.
  package struct Options: Sendable, Equatable, Codable {
    /// Neighbours in the empirical denoiser; those further away have negligible weight.
    package var empiricalCount = 64
    /// Half of the features' deviation, so that a row is reconstructed from its cluster, not from itself.
    package var empiricalSigma: Float = 0.5
    /// Neighbours in a local Gaussian, enough to span the directions of local variation.
    package var localCount = 16
    /// Regularises a covariance of only sixteen rows.
    package var localSigma: Float = 0.8
    /// The fraction of the neighbours' own log residuals to subtract, which adapts scores to dense and
    /// sparse regions.
    package var localShare: Float = 0.25

    package init() {}
  }
}
