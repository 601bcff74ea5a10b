import Compute
import Neural
import TestSupport
import Testing

@Suite struct ResidualNetworkTests {
  private let shape = NetworkShape(inputs: 5, outputs: 3, width: 8, blocks: 2)
  private let x = Matrix.gaussian(rows: 6, columns: 5, seed: 1, stream: 0)
  private let target = Matrix.gaussian(rows: 6, columns: 3, seed: 2, stream: 0)

  /// Parameters away from the zeros of the start, so that every path carries gradient.
  private func parameters(_ network: ResidualNetwork) -> [Float] {
    let noise = Matrix.gaussian(rows: 1, columns: network.parameterCount, seed: 3, stream: 0)
    return zip(network.initialParameters(seed: 4), noise.values).map { $0 + 0.3 * $1 }
  }

  private func loss(_ output: Matrix) -> Double {
    zip(output.values, target.values).reduce(0) {
      $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) / 2
    }
  }

  @Test(arguments: [Float(0), 0.3])
  func backwardAgreesWithDifferences(dropped: Float) {
    let network = ResidualNetwork(shape)
    let parameters = parameters(network)
    let dropout = Dropout(rate: dropped, seed: 5, step: 1)
    var workspace = ResidualNetwork.Workspace(shape, batch: 6)
    network.forward(parameters, x, &workspace, dropout: dropout)
    var dy = workspace.output
    for index in dy.values.indices { dy.values[index] -= target.values[index] }
    var gradient = [Float](repeating: 0, count: parameters.count)
    var sums = gradient.mutableSpan
    network.backward(
      parameters.span, x: x.values.span, dy: dy, &workspace, gradient: &sums, dropout: dropout)
    checkGradient(gradient, at: parameters) { moved in
      var workspace = ResidualNetwork.Workspace(shape, batch: 6)
      network.forward(moved, x, &workspace, dropout: dropout)
      return loss(workspace.output)
    }
  }

  @Test func startsAtZeroAndRepeatsForASeed() {
    let network = ResidualNetwork(shape)
    let parameters = network.initialParameters(seed: 9)
    var workspace = ResidualNetwork.Workspace(shape, batch: 6)
    network.forward(parameters, x, &workspace)
    #expect(workspace.output.values.allSatisfy { $0 == 0 })
    #expect(parameters == network.initialParameters(seed: 9))
    #expect(parameters != network.initialParameters(seed: 10))
  }

  @Test func learnsALine() {
    let shape = NetworkShape(inputs: 1, outputs: 1, width: 16, blocks: 1)
    let network = ResidualNetwork(shape)
    var parameters = network.initialParameters(seed: 1)
    var options = AdamW.Options()
    options.learningRate = 1e-2
    var optimizer = AdamW(options, parameters: parameters)
    let inputs = Matrix(rows: 32, columns: 1, values: (0..<32).map { Float($0) / 16 - 1 })
    var workspace = ResidualNetwork.Workspace(shape, batch: 32)
    for _ in 0..<400 {
      network.forward(parameters, inputs, &workspace)
      var dy = workspace.output
      for row in 0..<32 { dy.values[row] = (dy.values[row] - (3 * inputs.values[row] + 1)) / 16 }
      var gradient = [Float](repeating: 0, count: parameters.count)
      var sums = gradient.mutableSpan
      network.backward(
        parameters.span, x: inputs.values.span, dy: dy, &workspace, gradient: &sums)
      var gradients = Matrix(rows: 1, columns: gradient.count, values: gradient)
      optimizer.update(&parameters, &gradients, rate: 1)
    }
    network.forward(optimizer.average, inputs, &workspace)
    expectClose(workspace.output.values, inputs.values.map { 3 * $0 + 1 }, tolerance: 0.05)
  }
}
