/// Count, mean and variance of a stream of numbers (Welford 1962), safe for any finite magnitude.
package struct Moments: Sendable, Equatable {
  package private(set) var count = 0
  package private(set) var mean = 0.0
  private var squares = 0.0

  package init() {}

  /// The moments of `values`; NaN (missing) is passed over.
  package init(of values: some Sequence<Double>) {
    for value in values where !value.isNaN { add(value) }
  }

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
