package import Compute

/// AdamW (Loshchilov and Hutter 2019) with clipping by the global norm and a running average of the
/// parameters, in one walk over all of them.
package struct AdamW: Sendable, Equatable {
  package struct Options: Sendable, Equatable, Codable {
    package var learningRate: Float = 2e-3
    package var beta1: Float = 0.9
    package var beta2: Float = 0.999
    package var epsilon: Float = 1e-8
    package var weightDecay: Float = 0
    /// The gradient is scaled down to this norm.
    package var clipNorm: Float = 1
    /// Share of the old value in the running average, 0..<1.
    package var averaging: Float = 0.98

    package init() {}
  }

  package let options: Options
  /// The running average, which is what a trained network uses, `[count]`.
  package private(set) var average: [Float]
  /// Steps taken.
  package private(set) var step = 0
  /// The running averages of the gradient and of its squares, `[count]`.
  package private(set) var m, v: [Float]

  package init(_ options: Options, parameters: [Float]) {
    let zeros = [Float](repeating: 0, count: parameters.count)
    self.init(options, average: parameters, m: zeros, v: zeros, step: 0)
  }

  /// Goes on after `step` steps.
  package init(_ options: Options, average: [Float], m: [Float], v: [Float], step: Int) {
    precondition(
      average.count == m.count && average.count == v.count,
      "\(average.count), \(m.count) and \(v.count) values")
    (self.options, self.average, self.m, self.v, self.step) = (options, average, m, v, step)
  }

  /// Moves the parameters against the gradient.
  ///
  /// - Parameters:
  ///   - parameters: `[count]`.
  ///   - gradients: `[shards, count]`; the gradient is their sum, which is left in the first, and is
  ///     scaled down when its norm is above the clip.
  ///   - rate: the share of the learning rate, 0...1, from a schedule.
  ///   - threads: how many share the work; the result does not depend on it.
  /// - Returns: false when the gradient was not finite and the step was passed over.
  @discardableResult
  package mutating func update(
    _ parameters: inout [Float], _ gradients: inout Matrix, rate: Float, threads: Int = 1
  ) -> Bool {
    let norm = Float(sumShards(&gradients, threads: threads).squareRoot())
    guard norm.isFinite else { return false }
    step += 1
    // The average starts as the plain mean of the first steps, else it would remember the start.
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

/// The share of the learning rate at each step.
package enum LearningRateSchedule: Sendable, Equatable {
  case constant
  /// A straight rise over `warmUp` steps, then half a cosine down to 0 at `total`.
  case cosineDecay(warmUp: Int, total: Int)

  /// The share, 0...1, at a step counted from 0.
  package func rate(at step: Int) -> Float {
    switch self {
    case .constant: return 1
    case .cosineDecay(let warmUp, let total):
      if step < warmUp { return Float(step + 1) / Float(warmUp) }
      let progress = Double(step - warmUp) / Double(max(1, total - warmUp))
      return Float(0.5 * (1 + cosine(.pi * min(1, progress))))
    }
  }
}
