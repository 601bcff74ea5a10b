package import Compute
import Neural

/// A trained denoiser of whole windows, in the coordinates of their Gaussian's principal axes.
///
/// White noise and squared loss are invariant under rotation, and along the principal axes the closed
/// form is a scalar each: D = g y + noise sqrt(g) F with g = variance / (variance + noise²). The
/// network F learns what a Gaussian cannot represent.
package struct AxisDenoiser: Sendable {
  /// One axis per column, `[features, features]`.
  package let axes: Matrix
  /// Variance of the windows along each axis, ascending, `[features]`.
  package let variances: [Float]
  /// Standard deviation of the noise in encoded units.
  package let noise: Float
  package let trained: TrainedNetwork
  private let factors: AxisFactors

  package init(axes: Matrix, variances: [Float], noise: Float, trained: TrainedNetwork) {
    (self.axes, self.variances, self.noise, self.trained) = (axes, variances, noise, trained)
    factors = AxisFactors(variances: variances, noise: noise)
  }

  /// Trains a network on windows and the Gaussian fitted to them.
  ///
  /// * `centered`: windows less the mean, `[windows, features]`; the last tenth serves for held-out
  ///   evaluation and for training alike, since neighbouring windows overlap it anyway.
  /// * `level`: relative to the windows' deviation.
  /// * `width`, `blocks`: the hidden features and residual blocks of the network.
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
    var heldOut = objective
    heldOut.drawn = (centered.rows - Self.heldOutCount(of: centered.rows))..<centered.rows
    return AxisDenoiser(
      axes: axes, variances: variances, noise: noise,
      trained: trainer.train(objective, heldOut: heldOut))
  }

  /// The number of windows for held-out evaluation: the last tenth.
  static func heldOutCount(of windows: Int) -> Int { max(1, windows / 10) }

  /// Adds the network's correction to whitened residuals of the closed form.
  ///
  /// The residual Q^(1/2) x decreases by Q^(-1/2) / noise² times what the network adds to D, where Q is
  /// the inverse of covariance + noise² I.
  ///
  /// * `residuals`: `[windows, features]`.
  /// * `centered`: the windows less the mean.
  package func correct(_ residuals: inout Matrix, of centered: Matrix) {
    var coordinates = centered
    multiply(centered, axes, into: &coordinates)
    var inputs = coordinates
    for row in 0..<coordinates.rows { factors.whiten(coordinates.row(row), &inputs, row: row) }
    var outputs = trained(inputs)
    let features = factors.count
    for index in outputs.values.indices {
      outputs.values[index] *= -factors.residual[index % features]
    }
    multiply(outputs, axes, into: &residuals, transposed: .right, accumulating: true)
  }
}

/// The scalar factors of the method along each axis, `[features]` each.
struct AxisFactors {
  /// g, the closed form's gain on a noised coordinate, 0..<1.
  let kept: [Float]
  /// 1 / sqrt(variance + noise²), which scales network inputs to unit variance.
  let whitening: [Float]
  /// noise sqrt(g), the unit of the network's outputs; g no less than `leastKept`.
  let output: [Float]
  /// The change of a whitened residual per unit of network output.
  let residual: [Float]
  let noise: Float

  /// The floor of g: axes below hold nothing but noise, and targets are divided by its root.
  private static let leastKept: Float = 1e-5

  var count: Int { kept.count }

  init(variances: [Float], noise: Float) {
    let total = variances.map { $0 + noise * noise }
    self.noise = noise
    kept = zip(variances, total).map { $0 / $1 }
    whitening = total.map { 1 / $0.squareRoot() }
    output = kept.map { noise * max($0, Self.leastKept).squareRoot() }
    residual = zip(output, total).map { $0 * $1.squareRoot() / (noise * noise) }
  }

  /// Writes the network's input for one window: whitened coordinates, clipped to what it has learned.
  func whiten(_ coordinates: ArraySlice<Float>, _ inputs: inout Matrix, row: Int) {
    let (start, most) = (inputs.range(ofRow: row).lowerBound, WindowGaussian.mostDeviations)
    for (axis, value) in coordinates.enumerated() {
      inputs.values[start + axis] = min(most, max(-most, value * whitening[axis]))
    }
  }
}

/// The training objective: windows drawn at random and noised, in coordinates of the axes.
struct AxisObjective: DenoisingObjective {
  let shape: NetworkShape
  /// Coordinates of the windows, `[windows, features]`.
  let samples: Matrix
  let factors: AxisFactors
  let seed: UInt64
  /// The windows to draw from.
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
        batch.targets.values[index] = left / factors.output[axis]
      }
    }
  }
}
