package import Compute

/// AdamW (Loshchilov and Hutter 2019) with gradient clipping by global norm and an exponential moving
/// average of the parameters, in one pass over all of them.
package struct AdamW: Sendable, Equatable {
  /// The hyperparameters, with the paper's symbols spelled out.
  package struct Options: Sendable, Equatable, Codable {
    /// The peak step size, which the schedule scales.
    package var learningRate: Float = 2e-3
    /// Decay of the first moment, 0..<1.
    package var beta1: Float = 0.9
    /// Decay of the second moment, 0..<1.
    package var beta2: Float = 0.999
    /// Added to the root of the second moment, above 0.
    package var epsilon: Float = 1e-8
    /// Decoupled decay: parameters shrink by `learningRate · weightDecay` per step.
    package var weightDecay: Float = 0
    /// The largest Euclidean norm of the whole gradient; longer ones are scaled down to it.
    package var clipNorm: Float = 1
    /// Weight of the old value in the moving average of the parameters, 0..<1.
    package var averaging: Float = 0.98

    package init() {}
  }

  package let options: Options
  /// The moving average of the parameters, which is what a trained network uses, `[count]`.
  package private(set) var average: [Float]
  /// The number of steps taken.
  package private(set) var step = 0
  /// First and second moment: moving averages of the gradient and of its squares, `[count]`.
  package private(set) var m, v: [Float]

  /// Starts with moments of 0 and the given parameters as their average.
  package init(_ options: Options, parameters: [Float]) {
    let zeros = [Float](repeating: 0, count: parameters.count)
    self.init(options, average: parameters, m: zeros, v: zeros, step: 0)
  }

  /// Resumes after `step` steps with a checkpoint's state, all `[count]`.
  package init(_ options: Options, average: [Float], m: [Float], v: [Float], step: Int) {
    precondition(
      average.count == m.count && average.count == v.count,
      "\(average.count), \(m.count) and \(v.count) values")
    (self.options, self.average, self.m, self.v, self.step) = (options, average, m, v, step)
  }

  /// Takes one step against the gradient.
  ///
  /// - Parameters:
  ///   - parameters: `[count]`.
  ///   - gradients: `[shards, count]`; the gradient is their sum, which is left in the first row.
  ///   - rate: the schedule's factor on the learning rate, 0...1.
  ///   - threads: the number of threads to use; the result does not depend on it.
  /// - Returns: false when the gradient was not finite and the step was skipped.
  @discardableResult
  package mutating func update(
    _ parameters: inout [Float], _ gradients: inout Matrix, rate: Float, threads: Int = 1
  ) -> Bool {
    let norm = Float(sumShards(&gradients, threads: threads).squareRoot())
    guard norm.isFinite else { return false }
    step += 1
    // The average begins as the plain mean of the first steps, or it would remember the start.
    let averaging = min(options.averaging, Float(step - 1) / Float(step))
    adamW(
      AdamWStep(
        step: step, learningRate: options.learningRate * rate, beta1: options.beta1,
        beta2: options.beta2, epsilon: options.epsilon, weightDecay: options.weightDecay,
        gradientScale: norm > options.clipNorm ? options.clipNorm / norm : 1, averaging: averaging),
      parameters: &parameters, average: &average, m: &m, v: &v, gradient: gradients,
      threads: threads)
    return true
  }
}

/// Linear warm-up over `warmUp` steps, then cosine decay to 0 at step `total` (Loshchilov and Hutter
/// 2017).
package struct LearningRateSchedule: Sendable, Equatable {
  package let warmUp, total: Int

  package init(warmUp: Int, total: Int) { (self.warmUp, self.total) = (warmUp, total) }

  /// The factor on the learning rate, 0...1, at a step counted from 0.
  package func rate(at step: Int) -> Float {
    if step < warmUp { return Float(step + 1) / Float(warmUp) }
    let progress = Double(step - warmUp) / Double(max(1, total - warmUp))
    return Float(0.5 * (1 + cosine(.pi * min(1, progress))))
  }
}
