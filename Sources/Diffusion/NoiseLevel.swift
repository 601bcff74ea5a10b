import Compute

/// A noise level, the sigma of D(x; sigma), with its unit.
package enum NoiseLevel: Sendable, Equatable {
  /// A standard deviation in encoded units.
  case encoded(Float)
  /// A fraction of the samples' standard deviation.
  case relative(Float)

  /// The standard deviation of the noise in encoded units, for samples with this deviation.
  package func sigma(deviation: Float) -> Float {
    switch self {
    case .encoded(let sigma): sigma
    case .relative(let fraction): fraction * deviation
    }
  }

  /// sigma² for samples of this variance, in double precision.
  package func variance(of samples: Double) -> Double {
    switch self {
    case .encoded(let sigma): Double(sigma) * Double(sigma)
    case .relative(let fraction): Double(fraction) * Double(fraction) * samples
    }
  }
}

/// The range of noise levels that a network learns, log-uniform, in encoded units.
package struct NoiseRange: Sendable, Equatable {
  package let minimum, maximum: Float

  /// * `minimum`: above 0 and below `maximum`.
  package init(_ minimum: Float, _ maximum: Float) {
    precondition(minimum > 0 && maximum > minimum, "noise levels \(minimum) to \(maximum)")
    (self.minimum, self.maximum) = (minimum, maximum)
  }

  /// The noise level at a fraction, 0...1, of the range of ln sigma.
  package func sigma(at fraction: Double) -> Float {
    minimum * Float(exponential(fraction * logarithm(Double(maximum / minimum))))
  }
}
