import Compute
import Diffusion
import Neural
import Synchronization
import Testing

@Suite struct TrainerTests {
  /// Batches of a curve to learn.
  private struct Curve: DenoisingObjective {
    let shape = NetworkShape(inputs: 2, outputs: 1, width: 16, blocks: 2)
    var isBroken: @Sendable (Int) -> Bool = { _ in false }

    func fill(_ batch: inout TrainingBatch, step: Int) {
      var stream = RandomStream(seed: 3, stream: UInt64(truncatingIfNeeded: step))
      for row in 0..<batch.inputs.rows {
        let (x, y) = (stream.uniform(), stream.uniform())
        (batch.inputs[row, 0], batch.inputs[row, 1]) = (Float(x), Float(y))
        batch.targets[row, 0] = isBroken(step) ? .nan : Float(sine(6 * x) * y)
      }
    }
  }

  /// Keeps every step's progress in memory.
  private final class Memory: TrainingCheckpoints {
    private let start: TrainingProgress?
    private let kept = Mutex<[TrainingProgress]>([])

    init(from start: TrainingProgress? = nil) { self.start = start }

    var all: [TrainingProgress] { kept.withLock { $0 } }

    func begin(_ network: String) -> TrainingProgress? { start }
    func isDue(afterStep step: Int) -> Bool { true }
    func keep(_ progress: TrainingProgress, of network: String) {
      kept.withLock { $0.append(progress) }
    }
    func end(_ progress: TrainingProgress, of network: String) {}
  }

  private var options: TrainingOptions {
    var options = TrainingOptions()
    (options.steps, options.batch, options.evaluationInterval) = (60, 70, 10)
    options.dropout = 0.1
    return options
  }

  @Test func goesOnFromEveryStepAsIfNeverStopped() {
    let memory = Memory()
    let whole = Trainer(options, checkpoints: memory).train(Curve(), heldOut: Curve())
    #expect(memory.all.count == 60)
    for progress in memory.all {
      let resumed = Trainer(options, checkpoints: Memory(from: progress))
        .train(Curve(), heldOut: Curve())
      #expect(resumed.parameters == whole.parameters && resumed.history == whole.history)
    }
  }

  @Test(arguments: [1, 3, 8])
  func isTheSameForAnyNumberOfThreads(threads: Int) {
    var wide = options
    wide.batch = 600
    let one = Trainer(wide, threads: 1).train(Curve(), heldOut: Curve?.none)
    let several = Trainer(wide, threads: threads).train(Curve(), heldOut: Curve?.none)
    #expect(one.parameters == several.parameters)
  }

  @Test func passesOverStepsThatAreNotFinite() {
    let broken = Curve(isBroken: { $0 == 5 || $0 == 7 })
    let trained = Trainer(options).train(broken, heldOut: Curve?.none)
    #expect(trained.history.skipped == 2 && trained.history.steps == 60)
    #expect(trained.parameters.allSatisfy { $0.isFinite })
  }

  @Test func stopsAfterThreeStepsInARowThatAreNotFinite() {
    let memory = Memory()
    let broken = Curve(isBroken: { (20...30).contains($0) })
    let trained = Trainer(options, checkpoints: memory).train(broken, heldOut: Curve?.none)
    #expect(trained.history.steps == 23 && trained.history.skipped == 3)
    #expect(trained.parameters == memory.all[19].optimizer.average)
  }
}
