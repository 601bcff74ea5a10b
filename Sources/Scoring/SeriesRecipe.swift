package import Diffusion

/// Every constant of the score of series, with its reason; lengths and time scales in rows.
///
/// What is fitted once is in a value, one for series of one channel and one for several. What acts
/// whenever rows are scored, and is not in the model file, is static.
package struct SeriesRecipe: Sendable {
  /// How one part of the score is made.
  package struct Part: Sendable {
    package let kind: SeriesScorer.Part.Kind
    package let average: SeriesScorer.Average
    /// Time scale of the smoothing; 0 for none.
    package let tau: Double
    /// Whether the part counts no more than the residual does.
    package let isBounded: Bool
  }

  /// Rows of a window where the user wants no other.
  package let window: Int
  /// Windows that are fitted: a covariance gains nothing from more, for neighbours overlap.
  package let mostWindows: Int
  /// Noise of whitened residuals: wide enough to bridge directions that the baseline hardly shows, the more
  /// of which there are the more channels share a window.
  package let windowNoise: NoiseLevel
  /// A network learns fast what several channels leave to learn; forecasts of one take longer.
  package let trainingSteps: Int
  /// In order: a part that bounds others comes before them.
  package let parts: [Part]
  /// Time scale of the smooth average of steps: that of the residual, which stillness takes the place of.
  package let stillnessTau: Double
  /// Share of the baseline below the fitted tails; several channels, whose parts already average, do
  /// better with more rows in the tail.
  package let tailStart: Double

  /// A forecast smoothed little, for it is early and sharp; a residual smoothed much, for faults that are
  /// small last; and the density as it is, for windows are averages already.
  package static let oneChannel = SeriesRecipe(
    window: 200, mostWindows: 6_000, windowNoise: .relative(0.12), trainingSteps: 2_000,
    parts: [
      Part(kind: .forecast, average: .arithmetic, tau: 8, isBounded: false),
      Part(kind: .residual, average: .arithmetic, tau: 40, isBounded: false),
      Part(kind: .density, average: .arithmetic, tau: 0, isBounded: false),
    ], stillnessTau: 40, tailStart: 0.95)

  /// Channels together say sooner what is wrong, so little is smoothed but single channels; windows over
  /// all of them cost by the third power of rows times channels.
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

  /// Share of a segment's rows that a window may cover: it takes several to know what is usual.
  static let longestShare = 4
  /// Windows of one channel that are whitened cover so many of the others: low frequencies tell faults
  /// apart that last.
  static let levelWindows = 4
  /// Rows between windows that are whitened, as a share of their length: each row is seen in eight places.
  static let stepsPerWindow = 8
  /// The share of the baseline that windows are fitted to; the rest shows the scales what rows are like
  /// that were not.
  static let fittedShare = 0.9
  /// Parts that each segment is cut into to score the baseline by models that did not see it.
  static let folds = 4

  /// Suspicious rows of a baseline that are named.
  package static let mostSuspects = 10

  // Forecasts.

  /// Points hidden at the end of windows: the last one, which a jump is sharpest in, and the last four,
  /// in which no answer can lean on the row before.
  static let hiddenPoints = [1, 4]
  /// Noise that forecasts see through: enough that no forecast leans on what the baseline's rows happened
  /// to be, little enough to keep what is sharp.
  static let forecastNoise = NoiseLevel.relative(0.12)
  /// Rows of the windows that single channels are forecast from: what is further back is left to the
  /// density.
  static let channelForecastWindow = 50

  // Single channels of several.

  /// Rows of their windows: as in series of one.
  static let channelWindow = 200
  package static let channelNoise = NoiseLevel.relative(0.25)
  /// An all but still channel counts as so noisy, in encoded units: its least step is no surprise.
  package static let leastChannelDeviation: Float = 0.05

  // Parts.

  /// Share of the channels that count, those that stand out most: few of many are in a fault.
  static let salientShare = 0.2
  /// A unit is no less: where some of many count, a whitened measure is 1 by design.
  static let leastSalientUnit = 1.0, leastUnit = 1e-12
  /// Quantiles that stand for the baseline below a tail.
  static let tailKnots = 201
  /// Shape of the generalized Pareto tail: a little heavier than exponential, for one part's
  /// extrapolation must not drown what the others see.
  static let tailShape: Float = 0.05

  // Stillness.

  /// Rows of the sharp average: a stretch as short as that may stand still and be noticed.
  static let stillRows = 20
  /// The quantile of the averaged steps that is as still as normal rows are.
  static let stillQuantile = 0.01
  /// A channel whose low quantile is below this share of its mean rests in normal operation too.
  static let restingShare: Float = 1e-3
  /// The greatest depth: steps of a stuck sensor are 0, whose logarithm is none.
  static let deepestStillness: Float = 12
}
