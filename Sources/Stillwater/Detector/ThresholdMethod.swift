package import Calibration

/// How the threshold is derived from the scores of normal rows that were not learned from.
public struct ThresholdMethod: Sendable, Equatable {
  package let method: CalibrationMethod

  /// Split-conformal: at most the requested rate of false alarms for exchangeable rows.
  public static let conformal = ThresholdMethod(method: .conformal)
  /// The empirical quantile of the scores.
  public static let quantile = ThresholdMethod(method: .quantile)
  /// A generalised Pareto tail, for rates beyond the calibration scores.
  public static let extremeValue = ThresholdMethod(method: .evt)
  /// The threshold with the best F1 on labelled rows; for `calibrate` only.
  public static let bestF1 = ThresholdMethod(method: .bestF1)
}
