package import Compute
package import Neural

/// A trained forecaster of the hidden points of windows.
///
/// It starts from the closed form of the windows' Gaussian, D = E[x | y] + P^(1/2) F, and the
/// network F learns what that cannot say.
package struct WindowDenoiser: Sendable {
  /// The numbers of hidden points that it has learned, one of which the network is told of.
  package let hidden: [Int]
  package let trained: TrainedNetwork

  package init(hidden: [Int], trained: TrainedNetwork) {
    (self.hidden, self.trained) = (hidden, trained)
  }

  /// The network for windows of this many features.
  package static func shape(features: Int, hidden: [Int], width: Int, blocks: Int) -> NetworkShape {
    NetworkShape(inputs: features + hidden.count, outputs: features, width: width, blocks: blocks)
  }

  /// Trains one network for all numbers of hidden points; returns it and the conditions to use it under.
  ///
  /// * `windows`: for each number of hidden points the windows less their Gaussian's mean; the last tenth
  ///   is watched and learned from as well, for its neighbours overlap it anyway.
  /// * `level`: relative to the windows' deviation.
  package static func fit(
    to windows: [Matrix], _ gaussians: [WindowGaussian], hidden: [Int], at level: NoiseLevel,
    width: Int, blocks: Int, seed: UInt64, by trainer: Trainer
  ) -> (denoiser: WindowDenoiser, conditions: [WindowCondition]) {
    let lessons = zip(gaussians, hidden).map { WindowLesson($0, hidden: $1, at: level) }
    let shape = shape(
      features: gaussians[0].mean.count, hidden: hidden, width: width, blocks: blocks)
    let count = windows[0].rows
    let watched = AxisDenoiser.watched(of: count)
    let objective = WindowObjective(
      shape: shape, lessons: lessons, seed: seed, windowCount: count,
      draw: { windows[$0].row($1) })
    let judge = WindowObjective(
      shape: shape, lessons: lessons, seed: seed, windowCount: watched,
      draw: { windows[$0].row(count - watched + $1) })
    let trained = trainer.train(objective, heldOut: judge)
    return (WindowDenoiser(hidden: hidden, trained: trained), lessons.map(\.condition))
  }

  /// P^(1/2) F at the hidden points: what the network adds to the closed form, `[windows, hidden]`.
  ///
  /// * `condition`: one with a frame.
  /// * `centered`: windows less the condition's mean.
  /// * `expected`: their closed form.
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

  /// Writes whitened windows from the row `first` on, and the marks of what is hidden in them.
  static func fill(
    _ inputs: inout Matrix, from first: Int, _ whitened: Matrix, _ marks: [Bool]
  ) {
    let most = WindowGaussian.mostDeviations
    for row in 0..<whitened.rows {
      var place = (first + row) * inputs.columns
      for value in whitened.row(row) {
        inputs.values[place] = min(most, max(-most, value))
        place += 1
      }
      for mark in marks {
        inputs.values[place] = mark ? 1 : 0
        place += 1
      }
    }
  }
}

/// Windows, their hidden part filled by the expectation, as a network sees them.
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

/// Windows drawn at random, an equal share of each batch for every lesson.
package struct WindowObjective: DenoisingObjective {
  package let shape: NetworkShape
  /// The window of an index, less the mean that the lesson takes.
  private let draw: @Sendable (_ lesson: Int, _ index: Int) -> ArraySlice<Float>
  private let windowCount: Int
  private let lessons: [WindowLesson]
  private let seed: UInt64
  /// What all points weigh beside the hidden ones, which are the task: telling noise from signal in the
  /// seen ones teaches the network too, and three quarters less.
  private static let seenShare: Float = 0.25

  /// Draws from `windowCount` windows.
  ///
  /// * `lessons`: the conditions to learn under, each with more or fewer points hidden.
  /// * `windowCount`: windows there are.
  /// * `draw`: the window of an index, centered as the lesson of an index needs it.
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
    for (row, place) in rows.enumerated() {
      batch.targets.values.replaceSubrange(
        batch.targets.range(ofRow: place), with: targets.row(row))
      weigh(&batch.weights, row: place, hidden: lesson.hidden)
    }
  }

  /// The mean over the hidden points and a share of the mean over all.
  private func weigh(_ weights: inout Matrix, row: Int, hidden: Int) {
    let range = weights.range(ofRow: row)
    for index in range { weights.values[index] = Self.seenShare }
    for index in range.suffix(hidden) {
      weights.values[index] += Float(shape.outputs) / Float(hidden)
    }
  }
}

/// A condition as training needs it, where every point is answered, not the hidden ones alone.
package struct WindowLesson: Sendable {
  let hidden: Int
  let noise: Float
  /// K of all points, `[seen, features]`; P^(-1/2), and what the network sees windows through,
  /// `[features, features]` both.
  private let estimator, inverseRoot, whitener: Matrix
  /// What scoring needs of it.
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

  /// What the network sees of noised windows, and what it should answer: P^(-1/2) (x - E[x | y]).
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
