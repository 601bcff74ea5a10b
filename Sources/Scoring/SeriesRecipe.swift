package import Diffusion

/// Every constant of the series score with its reason; lengths and time scales in rows.
///
/// Instance properties apply when a scorer is fitted and end up in the model file; there is one recipe
/// for one channel and one for several. Static ones also act whenever rows are scored.
package struct SeriesRecipe: Sendable {
  /// The recipe of one part of the score.
  package struct Part: Sendable {
    package let kind: SeriesScorer.Part.Kind
    package let average: SeriesScorer.Average
    /// Time scale of the exponential smoothing; 0 for none.
    package let tau: Double
    /// Whether the part is capped at the surprise of the residual.
    package let isBounded: Bool
  }

  /// The default window length.
  package let window: Int
  /// The most windows to fit: overlapping neighbours add nothing to a covariance.
  package let mostWindows: Int
  /// Noise of the whitened residuals: enough to cover directions in which the baseline hardly varies,
  /// of which there are more when several channels are in a window.
  package let windowNoise: NoiseLevel
  /// Steps of training: what several channels leave to a network is learned fast, forecasts of a single
  /// channel take longer.
  package let trainingSteps: Int
  /// The parts, in order: one that caps others comes before them.
  package let parts: [Part]
  /// Time scale of the smooth average of steps: that of the residual, which stillness replaces.
  package let stillnessTau: Double
  /// The quantile at which the fitted tails start; parts of several channels are averages already and do
  /// better with more rows in the tail.
  package let tailStart: Double

  /// One channel: the forecast smoothed little, since it is early and sharp; the residual smoothed
  /// much, since small faults last; the density not at all, since windows are averages already.
  package static let oneChannel = SeriesRecipe(
    window: 200, mostWindows: 6_000, windowNoise: .relative(0.12), trainingSteps: 2_000,
    parts: [
      Part(kind: .forecast, average: .arithmetic, tau: 8, isBounded: false),
      Part(kind: .residual, average: .arithmetic, tau: 40, isBounded: false),
      Part(kind: .density, average: .arithmetic, tau: 0, isBounded: false),
    ], stillnessTau: 40, tailStart: 0.95)

  /// Several channels: together they show a fault sooner, so only single channels are smoothed much.
  ///
  /// Windows get shorter with the number of channels: fitting is cubic in rows times channels.
  package static func severalChannels(_ count: Int) -> SeriesRecipe {
    let parts = [
      Part(kind: .residual, average: .arithmetic, tau: 6, isBounded: false),
      Part(kind: .density, average: .arithmetic, tau: 6, isBounded: true),
      Part(kind: .forecast, average: .salient, tau: 6, isBounded: false),
      Part(kind: .channels, average: .salient, tau: 40, isBounded: false),
    ]
    return SeriesRecipe(
      window: max(2, 800 / max(1, count)), mostWindows: 4_000, windowNoise: .relative(0.25),
      trainingSteps: 400, parts: parts, stillnessTau: 6, tailStart: 0.9)
  }

  // Windows.

  /// The fewest windows, side by side, that the longest segment must hold.
  static let windowsPerSegment = 4
  /// The length of whitened windows of one channel, in default windows: lasting faults show in low
  /// frequencies.
  static let levelWindows = 4
  /// Whitened windows start every length / 8 rows, so each row is covered by eight of them.
  static let stepsPerWindow = 8
  /// The fraction of each segment that windows are fitted to; the rest gives the scales unseen rows.
  static let fittedFraction = 0.9
  /// The number of folds of the cross-validation that scores the baseline.
  static let folds = 4

  /// The most suspicious baseline rows that are reported.
  package static let mostSuspects = 10

  // Forecasts.

  /// Points hidden at the end of windows: one, where a jump is sharpest, and four, where the forecast
  /// cannot simply repeat the row before.
  static let hiddenPoints = [1, 4]
  /// Noise on the seen points: enough to regularise the regression, little enough to stay sharp.
  static let forecastNoise = NoiseLevel.relative(0.12)
  /// The window length for forecasts of single channels; longer dependences are left to the density.
  static let channelForecastWindow = 50

  // Single channels of several.

  /// The window length for residuals of single channels, as in series of one.
  static let channelWindow = 200
  /// Noise of their whitened residuals.
  package static let channelNoise = NoiseLevel.relative(0.25)
  /// The least deviation of a channel, in encoded units, so that a tiny step of an almost constant one
  /// is no surprise.
  package static let leastChannelDeviation: Float = 0.05

  // Parts.

  /// The fraction of channels that count, the most salient ones: a fault affects few of many.
  static let salientFraction = 0.2
  /// Floors of a measure's unit; for salient averages 1, the expectation of a whitened measure.
  static let leastSalientUnit = 1.0, leastUnit = 1e-12
  /// The number of quantiles that represent the baseline below the tail.
  static let tailKnots = 201
  /// Shape of the generalized Pareto tail: slightly heavier than exponential, so that one part's
  /// extrapolation cannot drown out the others.
  static let tailShape: Float = 0.05

  // Stillness.

  /// Rows of the sharp average: the shortest stretch in which a stuck sensor is noticed.
  static let stillRows = 20
  /// The quantile of averaged steps that counts as the stillest normal operation.
  static let stillQuantile = 0.01
  /// A channel whose low quantile is below this ratio to its mean is at rest in normal operation too.
  static let restingRatio: Float = 1e-3
  /// The cap on depth: the steps of a stuck sensor are 0, whose logarithm is undefined.
  static let deepestStillness: Float = 12
}
