package import Compute

extension Matrix {
  /// Mean and variance of each column, in double precision.
  package func columnMoments() -> [Moments] {
    var moments = [Moments](repeating: Moments(), count: columns)
    for row in 0..<rows {
      for column in 0..<columns { moments[column].add(Double(values[row * columns + column])) }
    }
    return moments
  }
}

/// So that what was fitted to a matrix can be shared (`Shared`).
extension Matrix: Hashable {
  package func hash(into hasher: inout Hasher) { hasher.combine(values) }
}
