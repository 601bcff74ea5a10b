import Compute
import Neural

/// A running training: its progress and its working memory.
///
/// A batch is split into shards, whose number depends on the batch size alone; their gradients are
/// summed in order, so the parameters do not depend on the number of threads.
struct TrainingState: Sendable {
  let network: ResidualNetwork
  let options: TrainingOptions
  let schedule: LearningRateSchedule
  var batch: TrainingBatch
  var progress: TrainingProgress
  private let threads: Int
  private var shards: [Shard]
  /// `[shards, parameters]`.
  private var gradients: Matrix

  init(
    _ network: ResidualNetwork, _ options: TrainingOptions, from progress: TrainingProgress,
    threads: Int
  ) {
    (self.network, self.options, self.progress) = (network, options, progress)
    self.threads = threads
    schedule = LearningRateSchedule(warmUp: options.warmUp, total: options.steps)
    batch = TrainingBatch(network.shape, rows: options.batch)
    shards = Shard.cut(options.batch).map { Shard(network.shape, rows: $0) }
    gradients = Matrix(rows: shards.count, columns: network.parameterCount)
  }

  /// Takes one step on the current batch, or skips it when loss or gradient is not finite.
  mutating func advance() {
    let step = progress.history.steps
    let loss = findGradients(step: step)
    let moved =
      loss.isFinite
      && progress.optimizer.update(
        &progress.parameters, &gradients, rate: schedule.rate(at: step), threads: threads)
    progress.history.steps = step + 1
    progress.failures = moved ? 0 : progress.failures + 1
    if moved {
      progress.history.finalLoss = progress.history.finalLoss.map { 0.9 * $0 + 0.1 * loss } ?? loss
    } else {
      progress.history.skipped += 1
    }
  }

  /// Computes the gradients of all shards and returns the loss of the whole batch.
  private mutating func findGradients(step: Int) -> Double {
    let (network, options, parameters, batch) = (network, options, progress.parameters, batch)
    forEachShard(&shards, &gradients, threads: threads) { shard, gradient in
      let dropout = Dropout(
        rate: options.dropout, seed: options.seed, step: step, firstRow: shard.rows.lowerBound)
      shard.descend(network, parameters, batch, gradient: &gradient, dropout: dropout)
    }
    return shards.reduce(0) { $0 + $1.loss }
  }
}

/// A run of rows of the batch with the memory to process it.
private struct Shard: Sendable {
  let rows: Range<Int>
  /// This shard's part of the mean loss of the batch.
  private(set) var loss = 0.0
  private var workspace: ResidualNetwork.Workspace
  private var dy: Matrix

  init(_ shape: NetworkShape, rows: Range<Int>) {
    self.rows = rows
    workspace = ResidualNetwork.Workspace(shape, batch: rows.count, rowsAlike: false)
    dy = Matrix(rows: rows.count, columns: shape.outputs)
  }

  /// The runs that a batch is split into: few, since each has its own gradient and products are faster
  /// on more rows.
  static func cut(_ batch: Int) -> [Range<Int>] {
    let count = batch < 64 ? 1 : (batch < 512 ? 2 : 4)
    return (0..<count).map { batch * $0 / count..<batch * ($0 + 1) / count }
  }

  /// Computes this shard's part of the loss and writes its gradient, `[parameters]`.
  mutating func descend(
    _ network: ResidualNetwork, _ parameters: [Float], _ batch: TrainingBatch,
    gradient: inout MutableSpan<Float>, dropout: Dropout?
  ) {
    gradient.update(repeating: 0)
    let (inputs, outputs) = (batch.inputs.columns, batch.targets.columns)
    let x = batch.inputs.values.span.extracting(rows.lowerBound * inputs..<rows.upperBound * inputs)
    let range = rows.lowerBound * outputs..<rows.upperBound * outputs
    network.forward(parameters.span, x, &workspace, dropout: dropout)
    loss = batch.loss(of: workspace.output, at: range, gradient: &dy)
    network.backward(
      parameters.span, x: x, dy: dy, &workspace, gradient: &gradient, dropout: dropout)
  }
}
