import Compute
import Neural
import TestSupport
import Testing

/// What holds for every network, whatever its parameters.
@Suite struct NetworkLawTests {
  private static let shapes = [
    NetworkShape(inputs: 3, outputs: 2, width: 8, blocks: 0),
    NetworkShape(inputs: 5, outputs: 1, width: 16, blocks: 1),
    NetworkShape(inputs: 4, outputs: 7, width: 12, blocks: 3),
  ]

  private func parameters(_ network: ResidualNetwork) -> [Float] {
    let noise = Matrix.gaussian(rows: 1, columns: network.parameterCount, seed: 3, stream: 0)
    return zip(network.initialParameters(seed: 4), noise.values).map { $0 + 0.3 * $1 }
  }

  private func output(
    _ network: ResidualNetwork, _ parameters: [Float], _ x: Matrix, dropout: Dropout? = nil
  ) -> Matrix {
    var workspace = ResidualNetwork.Workspace(network.shape, batch: x.rows)
    network.forward(parameters, x, &workspace, dropout: dropout)
    return workspace.output
  }

  /// A linear layer has inputs x outputs weights and a bias for each output, a normalization gain and
  /// bias.
  @Test(arguments: shapes)
  func parametersAreCounted(shape: NetworkShape) {
    let linear = { (inputs: Int, outputs: Int) in (inputs + 1) * outputs }
    let block = 2 * shape.width + 2 * linear(shape.width, shape.width)
    let expected =
      linear(shape.inputs, shape.width) + shape.blocks * block + 2 * shape.width
      + linear(shape.width, shape.outputs)
    #expect(ResidualNetwork(shape).parameterCount == expected)
  }

  @Test(arguments: shapes)
  func aRowIsAnsweredAlikeInAnyCompany(shape: NetworkShape) {
    let network = ResidualNetwork(shape)
    let parameters = parameters(network)
    let x = Matrix.gaussian(rows: 40, columns: shape.inputs, seed: 1, stream: 0)
    let whole = output(network, parameters, x)
    let turned = output(network, parameters, x.selecting(rows: (0..<40).reversed()))
    for row in [0, 7, 39] {
      #expect(whole.row(row).elementsEqual(turned.row(39 - row)))
      let alone = output(network, parameters, x.selecting(rows: [row]))
      #expect(whole.row(row).elementsEqual(alone.values))
    }
  }

  /// The mask is addressed by the place in the batch, so a batch may be cut anywhere.
  @Test(arguments: [1, 16, 31])
  func dropoutDoesNotSeeHowABatchIsCut(cut: Int) {
    let network = ResidualNetwork(Self.shapes[2])
    let parameters = parameters(network)
    let x = Matrix.gaussian(rows: 32, columns: 4, seed: 1, stream: 0)
    let whole = output(
      network, parameters, x, dropout: Dropout(rate: 0.4, seed: 6, step: 9))
    let parts = [0..<cut, cut..<32].flatMap { range in
      output(
        network, parameters, x.padded(rows: range, to: range.count),
        dropout: Dropout(rate: 0.4, seed: 6, step: 9, firstRow: range.lowerBound)
      ).values
    }
    expectClose(parts, whole.values, tolerance: 1e-5)
    let other = output(network, parameters, x, dropout: Dropout(rate: 0.4, seed: 6, step: 10))
    #expect(other != whole && Dropout(rate: 0, seed: 6, step: 9) == nil)
  }

  @Test(arguments: shapes)
  func gradientsOfABatchAreThoseOfItsRows(shape: NetworkShape) {
    let network = ResidualNetwork(shape)
    let parameters = parameters(network)
    let x = Matrix.gaussian(rows: 6, columns: shape.inputs, seed: 1, stream: 0)
    let dy = Matrix.gaussian(rows: 6, columns: shape.outputs, seed: 2, stream: 0)
    func add(_ rows: [Int], to gradient: inout [Float]) {
      let (x, dy) = (x.selecting(rows: rows), dy.selecting(rows: rows))
      var workspace = ResidualNetwork.Workspace(shape, batch: rows.count)
      network.forward(parameters, x, &workspace)
      var slopes = gradient.mutableSpan
      network.backward(
        parameters.span, x: x.values.span, dy: dy, &workspace, gradient: &slopes)
    }
    let zeros = [Float](repeating: 0, count: network.parameterCount)
    var (whole, parts) = (zeros, zeros)
    add(Array(0..<6), to: &whole)
    for row in 0..<6 { add([row], to: &parts) }
    expectClose(parts, whole, tolerance: 1e-4)
    #expect(whole.contains { abs($0) > 0.1 })
  }

  @Test func sizesThatMakeNoNetworkStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = NetworkShape(inputs: 0, outputs: 1, width: 8, blocks: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = NetworkShape(inputs: 1, outputs: 1, width: 8, blocks: -1)
    }
    await #expect(processExitsWith: .failure) { _ = Dropout(rate: 1, seed: 0, step: 0) }
  }
}

/// What holds for every step of the optimizer.
@Suite struct OptimizerLawTests {
  private func gradients(_ step: Int) -> Matrix {
    .gaussian(rows: 2, columns: 50, seed: 1, stream: UInt64(step))
  }

  private func run(_ steps: Range<Int>, _ optimizer: inout AdamW, _ parameters: inout [Float]) {
    for step in steps {
      var gradients = gradients(step)
      optimizer.update(&parameters, &gradients, rate: 0.5)
    }
  }

  /// What a checkpoint holds is all there is.
  @Test(arguments: [1, 4, 9])
  func goesOnFromWhatWasKept(cut: Int) {
    let start = [Float](repeating: 0.5, count: 50)
    var (whole, parameters) = (AdamW(AdamW.Options(), parameters: start), start)
    run(0..<10, &whole, &parameters)
    var (first, moved) = (AdamW(AdamW.Options(), parameters: start), start)
    run(0..<cut, &first, &moved)
    var second = AdamW(
      AdamW.Options(), average: first.average, m: first.m, v: first.v, step: first.step)
    run(cut..<10, &second, &moved)
    #expect(moved == parameters && second == whole)
  }

  @Test func withoutAGradientOnlyTheDecayMoves() {
    var options = AdamW.Options()
    (options.learningRate, options.weightDecay) = (0.1, 0.5)
    var parameters: [Float] = [1, -2, 0]
    var optimizer = AdamW(options, parameters: parameters)
    for _ in 0..<3 {
      var zeros = Matrix(rows: 1, columns: 3)
      optimizer.update(&parameters, &zeros, rate: 1)
    }
    let shrunk: Float = 0.95 * 0.95 * 0.95
    expectClose(parameters, [shrunk, -2 * shrunk, 0], tolerance: 1e-6)
  }

  /// The first steps go by the sign of the gradient, whatever its size.
  @Test(arguments: [1e-3, 1, 1e3] as [Float])
  func theFirstStepIsAsLongAsTheLearningRate(size: Float) {
    var options = AdamW.Options()
    (options.learningRate, options.clipNorm) = (0.01, 1e9)
    var parameters: [Float] = [0, 0]
    var optimizer = AdamW(options, parameters: parameters)
    var gradient = Matrix(rows: 1, columns: 2, values: [size, -size])
    optimizer.update(&parameters, &gradient, rate: 1)
    expectClose(parameters, [-0.01, 0.01], tolerance: 1e-6)
  }

  @Test(arguments: [(1, 1), (5, 20), (10, 100), (50, 400)])
  func theRateRisesAndFallsOnce(warmUp: Int, total: Int) {
    let schedule = LearningRateSchedule(warmUp: warmUp, total: total)
    let rates = (0..<total + 10).map { schedule.rate(at: $0) }
    #expect(rates.allSatisfy { (0...1).contains($0) } && rates.max() == 1)
    let top = rates.firstIndex(of: 1) ?? 0
    #expect(zip(rates[..<top], rates[1...]).allSatisfy { $0 < $1 })
    #expect(zip(rates[top...], rates[(top + 1)...]).allSatisfy { $0 >= $1 })
    #expect(rates.suffix(10).allSatisfy { $0 < 1e-6 })
  }
}
