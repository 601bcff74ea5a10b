package import Compute
package import Neural

/// A trained denoiser and forecaster of windows.
///
/// It starts from the closed form of the windows' Gaussian, D = E[x | y] + P^(1/2) F, and the
/// network F learns what that cannot say.
package struct WindowDenoiser: Sendable {
  /// How the network is told what is hidden and how noisy the rest is: one of each.
  package struct Vocabulary: Sendable, Equatable, Codable {
    package let hidden: [Int]
    package let sigmas: [Float]

    package init(hidden: [Int], sigmas: [Float]) { (self.hidden, self.sigmas) = (hidden, sigmas) }

    package var count: Int { hidden.count + sigmas.count }
  }

  package let vocabulary: Vocabulary
  package let trained: TrainedNetwork

  package init(vocabulary: Vocabulary, trained: TrainedNetwork) {
    (self.vocabulary, self.trained) = (vocabulary, trained)
  }

  /// The network for windows of this many features.
  package static func shape(features: Int, vocabulary: Vocabulary, width: Int, blocks: Int)
    -> NetworkShape
  {
    NetworkShape(
      inputs: features + vocabulary.count, outputs: features, width: width, blocks: blocks)
  }

  /// P^(1/2) F: what the network adds to the closed form, `[windows, features]`.
  ///
  /// * `centered`: windows less the condition's mean.
  /// * `expected`: their closed form.
  package func correction(_ condition: WindowCondition, _ centered: Matrix, expected: Matrix)
    -> Matrix
  {
    let whitened = condition.networkInput(centered, expected: expected)
    var inputs = Matrix(rows: centered.rows, columns: trained.network.shape.inputs)
    for row in 0..<centered.rows {
      Self.fill(&inputs, row: row, whitened.row(row), condition, vocabulary)
    }
    var correction = Matrix(rows: centered.rows, columns: centered.columns)
    multiply(trained(inputs), condition.root, into: &correction)
    return correction
  }

  /// Writes one input row: the whitened window and which condition it is under.
  static func fill(
    _ inputs: inout Matrix, row: Int, _ whitened: ArraySlice<Float>, _ condition: WindowCondition,
    _ vocabulary: Vocabulary
  ) {
    let start = row * inputs.columns
    inputs.values.replaceSubrange(start..<start + whitened.count, with: whitened)
    let marks = start + whitened.count
    for (offset, hidden) in vocabulary.hidden.enumerated() {
      inputs.values[marks + offset] = hidden == condition.hidden ? 1 : 0
    }
    for (offset, sigma) in vocabulary.sigmas.enumerated() {
      inputs.values[marks + vocabulary.hidden.count + offset] = sigma == condition.sigma ? 1 : 0
    }
  }
}

/// Windows drawn at random, each group under a condition of its own.
package struct WindowObjective: DenoisingObjective {
  package let shape: NetworkShape
  /// Windows to draw from; those of condition i are `windows[i]`, less its mean.
  private let draw: @Sendable (_ condition: Int, _ index: Int) -> ArraySlice<Float>
  private let windowCount: Int
  private let conditions: [WindowCondition]
  private let inverseRoots: [Matrix]
  private let vocabulary: WindowDenoiser.Vocabulary
  private let seed: UInt64
  /// Conditions met in one step.
  private var groups: Int { min(4, conditions.count) }

  /// Draws from `windowCount` windows under these conditions.
  ///
  /// * `windowCount`: windows there are.
  /// * `draw`: the window of an index, centered as the condition of an index needs it.
  package init(
    shape: NetworkShape, conditions: [WindowCondition], vocabulary: WindowDenoiser.Vocabulary,
    seed: UInt64, windowCount: Int,
    draw: @escaping @Sendable (_ condition: Int, _ index: Int) -> ArraySlice<Float>
  ) {
    (self.shape, self.conditions, self.vocabulary) = (shape, conditions, vocabulary)
    (self.seed, self.windowCount, self.draw) = (seed, windowCount, draw)
    inverseRoots = conditions.map { $0.inverseRoot() }
  }

  package func fill(_ batch: inout TrainingBatch, step: Int) {
    let address = UInt64(truncatingIfNeeded: step)
    var stream = RandomStream(seed: seed &+ 3, stream: address)
    let group = batch.inputs.rows / groups
    let noise = Matrix.gaussian(
      rows: batch.inputs.rows, columns: shape.outputs, seed: seed &+ 4, stream: address)
    for part in 0..<groups {
      let choice = stream.index(below: conditions.count)
      var clean: [Float] = []
      for _ in 0..<group {
        clean.append(contentsOf: draw(choice, stream.index(below: windowCount)))
      }
      fill(
        &batch, rows: part * group..<(part + 1) * group, choice,
        clean: Matrix(rows: group, columns: shape.outputs, values: clean), noise)
    }
  }

  private func fill(
    _ batch: inout TrainingBatch, rows: Range<Int>, _ choice: Int, clean: Matrix, _ noise: Matrix
  ) {
    let condition = conditions[choice]
    var noised = clean
    let offset = rows.lowerBound * shape.outputs
    for index in noised.values.indices {
      noised.values[index] += condition.noise * noise.values[offset + index]
    }
    let expected = condition.expectation(noised)
    let whitened = condition.networkInput(noised, expected: expected)
    var remainder = clean
    for index in remainder.values.indices { remainder.values[index] -= expected.values[index] }
    var targets = Matrix(rows: rows.count, columns: shape.outputs)
    multiply(remainder, inverseRoots[choice], into: &targets)
    for (row, place) in rows.enumerated() {
      WindowDenoiser.fill(&batch.inputs, row: place, whitened.row(row), condition, vocabulary)
      batch.targets.values.replaceSubrange(
        batch.targets.range(ofRow: place), with: targets.row(row))
      weigh(&batch.weights, row: place, hidden: condition.hidden)
    }
  }

  /// The mean over the hidden points and a quarter of the mean over all; over all when none is hidden.
  private func weigh(_ weights: inout Matrix, row: Int, hidden: Int) {
    let range = weights.range(ofRow: row)
    for index in range { weights.values[index] = hidden == 0 ? 1 : 0.25 }
    for index in range.suffix(hidden) {
      weights.values[index] += Float(shape.outputs) / Float(hidden)
    }
  }
}
