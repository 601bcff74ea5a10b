import Compute
import Diffusion
import Neural

extension SpeedBench {
  /// Steps of the product's own training beside the products' peak and PyTorch.
  func training() async throws -> SpeedSection {
    var section = SpeedSection(
      title: "Training step", command: "stillwater-bench speed --part training --peers PYTHON")
    var (peak, typical) = (ProductPeak(1024, 1024, 1024), ProductPeak(1024, 256, 256))
    var steps = [128, 256, 512].flatMap { width in
      [128, 256, 1024].map { TrainingStep(width: width, batch: $0) }
    }
    // All take turns, so that what else the machine does hits all alike.
    for _ in 0..<repeats {
      for index in steps.indices {
        await peak.measure()
        await typical.measure()
        await steps[index].measure()
        steps[index].peer.improve(by: peers.ask("training.py", steps[index].words))
      }
    }
    section.rows = [peak.row, typical.row] + steps.flatMap { $0.rows(peak: peak.twoThreads) }
    section.notes = steps.flatMap(\.peer.skipped)
    return section
  }
}

/// One shape of network and batch, and the best times so far.
private struct TrainingStep {
  let width, batch: Int
  var peer = Peers.Answer()
  private let features = 64
  private let blocks = 3
  /// Seconds of two trainings, one longer than the other by `steps`.
  private var short = Double.infinity
  private var long = Double.infinity

  init(width: Int, batch: Int) { (self.width, self.batch) = (width, batch) }

  /// The arguments of the peer's script.
  var words: [String] { [width, batch, features, blocks].map { "\($0)" } }

  /// Operations of the products: forward, and backward twice as many, but for the gradient of the
  /// input, which nobody needs.
  private var flops: Double {
    let weights = 2 * features * width + 2 * blocks * width * width
    return Double(batch) * Double(6 * weights - 2 * features * width)
  }

  private var steps: Int { max(20, Int(2e10 / flops)) }

  /// Operations a second in one step: set-up cancels in the difference of the two trainings.
  private var rate: Double { flops * Double(steps) / (long - short) }

  mutating func measure() async {
    short = min(short, await wallSeconds { await train(steps: 10) })
    long = min(long, await wallSeconds { await train(steps: 10 + steps) })
  }

  /// The one place that knows how a network is trained.
  private func train(steps: Int) async {
    var options = TrainingOptions()
    (options.steps, options.batch) = (steps, batch)
    let shape = NetworkShape(inputs: features, outputs: features, width: width, blocks: blocks)
    _ = Trainer(options).train(FixedBatch(shape, rows: batch), heldOut: FixedBatch?.none)
  }

  /// The step beside the limit and beside the peer.
  func rows(peak: Double) -> [SpeedRow] {
    let what = "width \(width), batch \(batch)"
    let theirs = peer.figures["PyTorch"]?["steps"].map { $0 * flops }
    return [
      SpeedRow(
        what: what, figure: gigaflops(rate), beside: "products, 2 threads: \(gigaflops(peak))",
        ratio: rate / peak, bar: (width, batch) == (256, 1024) ? .atLeast(0.7) : nil),
      SpeedRow(
        what: what, figure: milliseconds(flops / rate),
        beside: "PyTorch: \(theirs.map { "\(gigaflops($0)), \(milliseconds(flops / $0))" } ?? "-")",
        ratio: theirs.map { rate / $0 }, bar: barOfPyTorch),
    ]
  }

  private var barOfPyTorch: SpeedBar? {
    switch (width, batch) {
    case (128, 128), (128, 256): .atLeast(3)
    case (512, 1024): .atLeast(1.2)
    default: nil
    }
  }
}

/// The same batch at every step, so that only the step itself is measured.
private struct FixedBatch: DenoisingObjective {
  let shape: NetworkShape
  private let inputs, targets: Matrix

  init(_ shape: NetworkShape, rows: Int) {
    self.shape = shape
    inputs = .gaussian(rows: rows, columns: shape.inputs, seed: 1, stream: 0)
    targets = .gaussian(rows: rows, columns: shape.outputs, seed: 1, stream: 1)
  }

  func fill(_ batch: inout TrainingBatch, step: Int) {
    (batch.inputs, batch.targets) = (inputs, targets)
  }
}
