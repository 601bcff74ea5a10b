package import Compute
package import Neural

/// A trained forecaster of the hidden points of windows.
///
/// It starts from the closed form of the windows' Gaussian, D = E[x | y] + P^(1/2) F; the network F
/// learns what a Gaussian cannot represent.
package struct WindowDenoiser: Sendable {
  /// The numbers of hidden points it has learned; a one-hot input says which one applies.
  package let hidden: [Int]
  package let trained: TrainedNetwork

  package init(hidden: [Int], trained: TrainedNetwork) {
    (self.hidden, self.trained) = (hidden, trained)
  }

  /// The shape of the network for windows with this many features.
  package static func shape(features: Int, hidden: [Int], width: Int, blocks: Int) -> NetworkShape {
    NetworkShape(inputs: features + hidden.count, outputs: features, width: width, blocks: blocks)
  }

  /// Trains one network for all numbers of hidden points.
  ///
  /// * `windows`: for each number of hidden points the windows less their Gaussian's mean; the last tenth
  ///   serves for held-out evaluation and for training alike, since neighbours overlap it anyway.
  /// * `level`: relative to the windows' deviation.
  ///
  /// - Returns: the network, and for each number of hidden points the condition to use it with.
  package static func fit(
    to windows: [Matrix], _ gaussians: [WindowGaussian], hidden: [Int], at level: NoiseLevel,
    width: Int, blocks: Int, seed: UInt64, by trainer: Trainer
  ) -> (denoiser: WindowDenoiser, conditions: [WindowCondition]) {
    let lessons = zip(gaussians, hidden).map { WindowLesson($0, hidden: $1, at: level) }
    let shape = shape(
      features: gaussians[0].mean.count, hidden: hidden, width: width, blocks: blocks)
    let count = windows[0].rows
    let heldOutCount = AxisDenoiser.heldOutCount(of: count)
    let objective = WindowObjective(
      shape: shape, lessons: lessons, seed: seed, windowCount: count,
      draw: { windows[$0].row($1) })
    let heldOut = WindowObjective(
      shape: shape, lessons: lessons, seed: seed, windowCount: heldOutCount,
      draw: { windows[$0].row(count - heldOutCount + $1) })
    let trained = trainer.train(objective, heldOut: heldOut)
    return (WindowDenoiser(hidden: hidden, trained: trained), lessons.map(\.condition))
  }

  /// The network's correction of the closed form, P^(1/2) F at the hidden points, `[windows, hidden]`.
  ///
  /// * `condition`: one with a frame.
  /// * `centered`: windows less the condition's mean, `[windows, features]`.
  /// * `expected`: their closed form, `[windows, hidden]`.
  package func correction(_ condition: WindowCondition, _ centered: Matrix, expected: Matrix)
    -> Matrix
  {
    var correction = expected
    guard let frame = condition.frame else { preconditionFailure("a condition without a frame") }
    var filled = centered
    filled.fillLastColumns(with: expected)
    var inputs = Matrix(rows: centered.rows, columns: trained.network.shape.inputs)
    Self.fill(
      &inputs, from: 0, whitened(filled, by: frame.whitener), hidden.map { $0 == condition.hidden })
    multiply(trained(inputs), frame.root, into: &correction)
    return correction
  }

  /// Writes network inputs from row `first` on: whitened windows, clipped, then the one-hot `marks`.
  static func fill(
    _ inputs: inout Matrix, from first: Int, _ whitened: Matrix, _ marks: [Bool]
  ) {
    let most = WindowGaussian.mostDeviations
    for row in 0..<whitened.rows {
      var index = (first + row) * inputs.columns
      for value in whitened.row(row) {
        inputs.values[index] = min(most, max(-most, value))
        index += 1
      }
      for mark in marks {
        inputs.values[index] = mark ? 1 : 0
        index += 1
      }
    }
  }
}

/// Windows in the coordinates of the network, their hidden points filled with the closed form.
private func whitened(_ filled: Matrix, by whitener: Matrix, rowsAlike: Bool = true) -> Matrix {
  var whitened = Matrix(rows: filled.rows, columns: filled.columns)
  multiply(filled, whitener, into: &whitened, rowsAlike: rowsAlike)
  return whitened
}

extension Matrix {
  /// Replaces the last `count` columns by those of `source`; by all of them if no count is given.
  fileprivate mutating func fillLastColumns(with source: Matrix, count: Int? = nil) {
    let count = count ?? source.columns
    for row in 0..<rows {
      let (end, last) = ((row + 1) * columns, (row + 1) * source.columns)
      for offset in 0..<count { values[end - 1 - offset] = source.values[last - 1 - offset] }
    }
  }
}

/// The training objective: windows drawn at random, an equal part of each batch for every lesson.
package struct WindowObjective: DenoisingObjective {
  package let shape: NetworkShape
  /// The window at an index, less the mean of the lesson's Gaussian.
  private let draw: @Sendable (_ lesson: Int, _ index: Int) -> ArraySlice<Float>
  private let windowCount: Int
  private let lessons: [WindowLesson]
  private let seed: UInt64
  /// The weight of the mean loss over all points, beside 1 for that over the hidden ones: denoising the
  /// seen points is an auxiliary task.
  private static let seenWeight: Float = 0.25

  /// Draws from `windowCount` windows.
  ///
  /// * `lessons`: one for each number of hidden points.
  /// * `draw`: the window at an index, centered for the lesson at an index.
  package init(
    shape: NetworkShape, lessons: [WindowLesson], seed: UInt64, windowCount: Int,
    draw: @escaping @Sendable (_ lesson: Int, _ index: Int) -> ArraySlice<Float>
  ) {
    (self.shape, self.lessons) = (shape, lessons)
    (self.seed, self.windowCount, self.draw) = (seed, windowCount, draw)
  }

  package func fill(_ batch: inout TrainingBatch, step: Int) {
    let address = UInt64(truncatingIfNeeded: step)
    var stream = RandomStream(seed: seed &+ 3, stream: address)
    let group = batch.inputs.rows / lessons.count
    let noise = Matrix.gaussian(
      rows: batch.inputs.rows, columns: shape.outputs, seed: seed &+ 4, stream: address)
    for (part, lesson) in lessons.enumerated() {
      var clean: [Float] = []
      for _ in 0..<group {
        clean.append(contentsOf: draw(part, stream.index(below: windowCount)))
      }
      fill(
        &batch, rows: part * group..<(part + 1) * group, lesson,
        clean: Matrix(rows: group, columns: shape.outputs, values: clean), noise)
    }
  }

  private func fill(
    _ batch: inout TrainingBatch, rows: Range<Int>, _ lesson: WindowLesson, clean: Matrix,
    _ noise: Matrix
  ) {
    var noised = clean
    let offset = rows.lowerBound * shape.outputs
    for index in noised.values.indices {
      noised.values[index] += lesson.noise * noise.values[offset + index]
    }
    let (whitened, targets) = lesson.teach(clean: clean, noised: noised)
    WindowDenoiser.fill(
      &batch.inputs, from: rows.lowerBound, whitened, lessons.map { $0.hidden == lesson.hidden })
    for (offset, row) in rows.enumerated() {
      batch.targets.values.replaceSubrange(
        batch.targets.range(ofRow: row), with: targets.row(offset))
      weigh(&batch.weights, row: row, hidden: lesson.hidden)
    }
  }

  /// Sets the weights of one row: the mean over the hidden points plus `seenWeight` times that over all.
  private func weigh(_ weights: inout Matrix, row: Int, hidden: Int) {
    let range = weights.range(ofRow: row)
    for index in range { weights.values[index] = Self.seenWeight }
    for index in range.suffix(hidden) {
      weights.values[index] += Float(shape.outputs) / Float(hidden)
    }
  }
}

/// A condition as training needs it: with targets for every point, not for the hidden ones alone.
package struct WindowLesson: Sendable {
  let hidden: Int
  let noise: Float
  /// K of all points, `[seen, features]`; P^(-1/2) and the whitening of network inputs, both
  /// `[features, features]`.
  private let estimator, inverseRoot, whitener: Matrix
  /// The part that scoring needs.
  package let condition: WindowCondition

  package init(_ gaussian: WindowGaussian, hidden: Int, at level: NoiseLevel) {
    let posterior = WindowPosterior(gaussian, hidden: hidden, at: level)
    let spectrum = posterior.spectrum()
    (self.hidden, noise) = (hidden, posterior.noise)
    (estimator, inverseRoot) = (posterior.gain.single, spectrum.inverseRoot.single)
    whitener = posterior.whitener()
    condition = WindowCondition(
      posterior,
      frame: WindowCondition.Frame(
        whitener: whitener, root: spectrum.root.single.lastColumns(hidden)))
  }

  /// The network's inputs for noised windows, and its targets P^(-1/2) (x - E[x | y]).
  ///
  /// * `clean`, `noised`: windows less the mean, `[windows, features]`.
  package func teach(clean: Matrix, noised: Matrix) -> (whitened: Matrix, targets: Matrix) {
    var expected = clean
    multiply(
      noised.firstColumns(estimator.rows), estimator, into: &expected, rowsAlike: false)
    var filled = noised
    filled.fillLastColumns(with: expected, count: hidden)
    var remainder = clean
    for index in remainder.values.indices { remainder.values[index] -= expected.values[index] }
    var targets = clean
    multiply(remainder, inverseRoot, into: &targets, rowsAlike: false)
    return (Diffusion.whitened(filled, by: whitener, rowsAlike: false), targets)
  }
}
