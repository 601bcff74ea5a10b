import Compute
package import Diffusion

/// How much noisier a row looks than normal rows do.
package struct NoiseLevelScore: Sendable {
  package let estimator: NoiseLevelEstimator
  /// Share in the whole score, 0...1.
  package let share: Float
  /// What is usual for rows the network was not trained on.
  package internal(set) var scale: LogScale

  package init(estimator: NoiseLevelEstimator, share: Float, scale: LogScale) {
    (self.estimator, self.share, self.scale) = (estimator, share, scale)
  }

  /// The share that `rows` of `features` columns earn: a manifold in many dimensions takes many rows
  /// to learn, so it grows with the logarithm of rows per feature, from nothing at 100 to all at 400.
  static func share(most: Float, rows: Int, features: Int) -> Float {
    let density = Double(rows) / Double(max(1, features))
    guard density > 100 else { return 0 }
    return most * Float(min(1, logarithm(density / 100) / logarithm(4)))
  }

  /// The z of each row's noise level.
  func scores(_ levels: [Float]) -> [Float] { levels.map { scale.z($0) } }
}
