import Compute

/// How much noise a sample holds, with its unit: the sigma of D(x; sigma).
package enum NoiseLevel: Sendable, Equatable {
  /// A standard deviation in encoded units.
  case encoded(Float)
  /// A standard deviation in units of the samples' own.
  case relative(Float)

  /// The standard deviation in encoded units, of samples of this deviation.
  package func sigma(deviation: Float) -> Float {
    switch self {
    case .encoded(let sigma): sigma
    case .relative(let share): share * deviation
    }
  }

  /// sigma² for samples of this variance, in double precision.
  package func variance(of samples: Double) -> Double {
    switch self {
    case .encoded(let sigma): Double(sigma) * Double(sigma)
    case .relative(let share): Double(share) * Double(share) * samples
    }
  }
}

/// The noise levels that a network learns, log-uniform, in encoded units.
package struct NoiseRange: Sendable, Equatable {
  package let minimum, maximum: Float

  /// * `minimum`: above 0 and below `maximum`.
  package init(_ minimum: Float, _ maximum: Float) {
    precondition(minimum > 0 && maximum > minimum, "noise levels \(minimum) to \(maximum)")
    (self.minimum, self.maximum) = (minimum, maximum)
  }

  /// The level at a share 0...1 of the range of ln sigma.
  package func sigma(at share: Double) -> Float {
    minimum * Float(exponential(share * logarithm(Double(maximum / minimum))))
  }
}
