/// Why a threshold cannot be set, or stored calibration scores cannot be used.
package enum CalibrationError: Error, Equatable {
  /// There is no normal score to calibrate on.
  case noScores
  /// The requested false-alarm rate is outside 1e-9...0.5.
  case rateOutOfRange(Double)
  /// A fixed threshold is not a finite number.
  case thresholdNotFinite(Float)
  /// The method needs labels and there are none.
  case labelsNeeded(CalibrationMethod)
  /// The method needs both classes and the labels hold one.
  case oneClass(CalibrationMethod, rows: Int, anomalous: Int)
  /// The number of stored scores contradicts the stored count.
  case storedCount(kept: Int, expected: Int)
  /// Stored scores are not finite and ascending.
  case storedOrder(index: Int)
  /// The stored tail model is not a distribution.
  case storedTail
}

extension CalibrationError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noScores:
      "found no normal score to calibrate on; give at least one normal row"
    case .rateOutOfRange(let rate):
      "false-alarm rate \(rate) is out of range; expected a number from 1e-9 to 0.5"
    case .thresholdNotFinite(let value):
      "threshold \(value) is not usable; expected a finite number"
    case .labelsNeeded(let method):
      "method \(method.rawValue) needs labelled rows; name the label column or choose another method"
    case .oneClass(let method, let rows, let anomalous):
      "method \(method.rawValue) needs normal and anomalous rows; found \(anomalous) anomalous "
        + "among \(rows)"
    case .storedCount(let kept, let expected):
      "found \(kept) stored calibration scores, expected \(expected)"
    case .storedOrder(let index):
      "stored calibration score \(index) is not finite or below the one before it"
    case .storedTail:
      "the stored tail model is unusable; expected finite numbers with positive scales"
    }
  }
}
