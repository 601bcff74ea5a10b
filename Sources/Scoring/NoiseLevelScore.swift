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
  /// to learn, so it grows with the logarithm of rows per feature, from nothing to all.
  static func share(rows: Int, features: Int) -> Float {
    let range = TableRecipe.noiseLevelRows
    let density = Double(rows) / Double(max(1, features))
    guard density > range.lowerBound else { return 0 }
    let height = logarithm(range.upperBound / range.lowerBound)
    return TableRecipe.noiseLevelShare
      * Float(min(1, logarithm(density / range.lowerBound) / height))
  }

  /// The z of each row's noise level.
  func scores(_ levels: [Float]) -> [Float] { levels.map { scale.z($0) } }
}
