package import Compute
import Neural

/// A trained denoiser of windows that are seen whole, along the principal axes of their Gaussian.
///
/// Noise and squared loss are the same along any axes, and along these the closed form is one factor
/// each: D = g y + noise sqrt(g) F with g = variance / (variance + noise²), and the network F learns
/// what the Gaussian cannot say.
package struct AxisDenoiser: Sendable {
  /// One axis per column, `[features, features]`.
  package let axes: Matrix
  /// Variance of the windows along each axis, `[features]`.
  package let variances: [Float]
  /// Standard deviation of the noise in encoded units.
  package let noise: Float
  package let trained: TrainedNetwork
  private let factors: AxisFactors

  package init(axes: Matrix, variances: [Float], noise: Float, trained: TrainedNetwork) {
    (self.axes, self.variances, self.noise, self.trained) = (axes, variances, noise, trained)
    factors = AxisFactors(variances: variances, noise: noise)
  }

  /// How a network is trained for the windows of a Gaussian.
  ///
  /// * `centered`: windows less the mean, `[windows, features]`; the last tenth is watched and
  ///   learned from as well, for its neighbours overlap it anyway.
  /// * `level`: relative to the windows' deviation.
  package static func fit(
    to centered: Matrix, _ gaussian: WindowGaussian, at level: NoiseLevel, width: Int,
    blocks: Int, seed: UInt64, by trainer: Trainer
  ) -> AxisDenoiser {
    let features = centered.columns
    let spectrum = SymmetricEigen(of: gaussian.covariance)
    let variances = spectrum.values.map { Float(max(0, $0)) }
    let noise = gaussian.noise(at: level)
    var axes = Matrix(rows: features, columns: features)
    for axis in 0..<features {
      for row in 0..<features { axes[row, axis] = Float(spectrum.vectors[axis, row]) }
    }
    var coordinates = centered
    multiply(centered, axes, into: &coordinates)
    let objective = AxisObjective(
      shape: NetworkShape(inputs: features, outputs: features, width: width, blocks: blocks),
      samples: coordinates, factors: AxisFactors(variances: variances, noise: noise), seed: seed)
    var judge = objective
    judge.drawn = (centered.rows - Self.watched(of: centered.rows))..<centered.rows
    return AxisDenoiser(
      axes: axes, variances: variances, noise: noise,
      trained: trainer.train(objective, heldOut: judge))
  }

  /// Windows whose loss is watched in training.
  static func watched(of windows: Int) -> Int { max(1, windows / 10) }

  /// Lets the network take its part of whitened residuals: Q^(1/2) x loses Q^(-1/2) / noise² times what
  /// the network adds to D, with Q the inverse of covariance + noise² I.
  ///
  /// * `residuals`: `[windows, features]`.
  /// * `centered`: the windows less the mean.
  package func correct(_ residuals: inout Matrix, of centered: Matrix) {
    var coordinates = centered
    multiply(centered, axes, into: &coordinates)
    var inputs = coordinates
    for row in 0..<coordinates.rows { factors.whiten(coordinates.row(row), &inputs, row: row) }
    var answers = trained(inputs)
    let features = factors.count
    for index in answers.values.indices {
      answers.values[index] *= -factors.residual[index % features]
    }
    multiply(answers, axes, into: &residuals, transposed: .right, accumulating: true)
  }
}

/// What multiplies the coordinates along each axis, `[features]` each.
struct AxisFactors {
  /// g, what the closed form leaves of a noised coordinate.
  let kept: [Float]
  /// 1 / sqrt(variance + noise²), the network's unit.
  let whitening: [Float]
  /// noise sqrt(g), what the network's answer stands for; g no less than `leastKept`.
  let answer: [Float]
  /// What an answer takes from a whitened residual.
  let residual: [Float]
  let noise: Float

  /// Along axes of less nothing but noise is left to answer, and no answer is divided by 0.
  private static let leastKept: Float = 1e-5

  var count: Int { kept.count }

  init(variances: [Float], noise: Float) {
    let total = variances.map { $0 + noise * noise }
    self.noise = noise
    kept = zip(variances, total).map { $0 / $1 }
    whitening = total.map { 1 / $0.squareRoot() }
    answer = kept.map { noise * max($0, Self.leastKept).squareRoot() }
    residual = zip(answer, total).map { $0 * $1.squareRoot() / (noise * noise) }
  }

  /// Writes the network's input for one window.
  func whiten(_ coordinates: ArraySlice<Float>, _ inputs: inout Matrix, row: Int) {
    let (start, most) = (inputs.range(ofRow: row).lowerBound, WindowGaussian.mostDeviations)
    for (axis, value) in coordinates.enumerated() {
      inputs.values[start + axis] = min(most, max(-most, value * whitening[axis]))
    }
  }
}

/// Windows drawn at random and noised, all along the axes.
struct AxisObjective: DenoisingObjective {
  let shape: NetworkShape
  /// Coordinates of the windows, `[windows, features]`.
  let samples: Matrix
  let factors: AxisFactors
  let seed: UInt64
  /// The windows that are drawn.
  var drawn: Range<Int>

  init(shape: NetworkShape, samples: Matrix, factors: AxisFactors, seed: UInt64) {
    (self.shape, self.samples, self.factors, self.seed) = (shape, samples, factors, seed)
    drawn = 0..<samples.rows
  }

  func fill(_ batch: inout TrainingBatch, step: Int) {
    let address = UInt64(truncatingIfNeeded: step)
    var stream = RandomStream(seed: seed &+ 3, stream: address)
    let clean = samples.selecting(
      rows: (0..<batch.inputs.rows).map { _ in
        drawn.lowerBound + stream.index(below: drawn.count)
      })
    var noised = Matrix.gaussian(
      rows: clean.rows, columns: clean.columns, seed: seed &+ 4, stream: address)
    for index in noised.values.indices {
      noised.values[index] = clean.values[index] + factors.noise * noised.values[index]
    }
    for row in 0..<noised.rows {
      factors.whiten(noised.row(row), &batch.inputs, row: row)
      for (axis, index) in noised.range(ofRow: row).enumerated() {
        let left = clean.values[index] - factors.kept[axis] * noised.values[index]
        batch.targets.values[index] = left / factors.answer[axis]
      }
    }
  }
}
