import Compute
package import Diffusion

/// The score component of the estimated noise level: how much noisier a row looks than normal rows.
package struct NoiseLevelScore: Sendable {
  package let estimator: NoiseLevelEstimator
  /// Weight in the total score, 0...1.
  package let weight: Float
  /// The distribution of the level over normal rows the network was not trained on.
  package internal(set) var scale: LogScale

  package init(estimator: NoiseLevelEstimator, weight: Float, scale: LogScale) {
    (self.estimator, self.weight, self.scale) = (estimator, weight, scale)
  }

  /// The weight for a baseline of this size.
  ///
  /// A manifold in many dimensions takes many rows to learn, so the weight grows from 0 to its maximum
  /// with the logarithm of rows per feature.
  static func weight(rows: Int, features: Int) -> Float {
    let range = TableRecipe.noiseLevelRows
    let density = Double(rows) / Double(max(1, features))
    guard density > range.lowerBound else { return 0 }
    let height = logarithm(range.upperBound / range.lowerBound)
    return TableRecipe.noiseLevelWeight
      * Float(min(1, logarithm(density / range.lowerBound) / height))
  }

  /// The standardized noise level of each row.
  func scores(_ levels: [Float]) -> [Float] { levels.map { scale.z($0) } }
}
