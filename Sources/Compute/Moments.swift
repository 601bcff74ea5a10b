/// Count, mean and variance of a stream of numbers by Welford's recurrence (1962).
///
/// Numerically stable for any offset; magnitudes above 1e150 must be scaled down first.
package struct Moments: Sendable, Equatable {
  /// The number of values added.
  package private(set) var count = 0
  /// The mean of the values; 0 before the first.
  package private(set) var mean = 0.0
  /// The sum of squared deviations from the mean.
  private var squares = 0.0

  package init() {}

  /// The moments of `values`; NaN (missing) is skipped.
  package init(of values: some Sequence<Double>) {
    for value in values where !value.isNaN { add(value) }
  }

  /// Adds one number, which must not be NaN.
  package mutating func add(_ value: Double) {
    count += 1
    let delta = value - mean
    mean += delta / Double(count)
    squares += delta * (value - mean)
  }

  /// Population variance; 0 before the second number.
  package var variance: Double { count > 1 ? max(0, squares / Double(count)) : 0 }
  /// Population standard deviation.
  package var deviation: Double { variance.squareRoot() }
}
