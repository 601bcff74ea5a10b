import Compute
import Diffusion
import Neural
import Synchronization

/// Puts given networks in the place of those that training begins with, and keeps what becomes of them.
final class GivenNetworks: TrainingCheckpoints {
  private let given: [String: TrainingProgress]
  private let trained = Mutex<[String: TrainingProgress]>([:])

  init(_ given: [String: TrainingProgress]) { self.given = given }

  /// The network of a name when its training was over.
  func trained(_ network: String) -> TrainingProgress? { trained.withLock { $0[network] } }

  func begin(_ network: String) -> TrainingProgress? { given[network] }

  func isDue(afterStep step: Int) -> Bool { false }

  func keep(_ progress: TrainingProgress, of network: String) {}

  func end(_ progress: TrainingProgress, of network: String) {
    trained.withLock { $0[network] = progress }
  }
}

extension TrainingProgress {
  /// A training with all steps but `stepsLeft` behind it, which brought it to the formula or to
  /// `parameters`.
  static func given(
    _ shape: NetworkShape, _ options: TrainingOptions, stepsLeft: Int, parameters: [Float]? = nil
  ) -> TrainingProgress {
    let parameters = parameters ?? formulaParameters(shape)
    let zeros = [Float](repeating: 0, count: parameters.count)
    let steps = options.steps - stepsLeft
    var progress = TrainingProgress(
      parameters: parameters,
      optimizer: AdamW(options.optimizer, average: parameters, m: zeros, v: zeros, step: steps))
    progress.history.steps = steps
    return progress
  }

  /// The gradient of the last `count` parameters in the one step that was taken, at length 1.
  func gradient(last count: Int) -> [Float] {
    let gradient = optimizer.m.suffix(count)
    let length = gradient.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
    return gradient.map { $0 / length }
  }
}

/// Uniform numbers around 0, as in `networks.py`.
func formula(seed: UInt64, _ rows: Int, _ columns: Int, scale: Float = 1) -> Matrix {
  var stream = RandomStream(seed: seed)
  return Matrix(
    rows: rows, columns: columns,
    values: (0..<rows * columns).map { _ in scale * Float(stream.uniform() - 0.5) })
}

/// The parameters of a network that nobody trained.
func formulaParameters(_ shape: NetworkShape) -> [Float] {
  formula(seed: 9, 1, ResidualNetwork(shape).parameterCount, scale: 0.5).values
}
