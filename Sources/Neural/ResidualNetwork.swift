package import Compute

/// A residual multi-layer perceptron: linear, blocks, normalization, linear.
///
/// Its output is zero at the start, so whatever it is added to starts out unchanged.
package struct ResidualNetwork: Sendable {
  package let shape: NetworkShape
  /// The number of parameters, all in one array.
  package let parameterCount: Int
  private let input, output: Linear
  private let blocks: [ResidualBlock]
  private let normalization: Normalization

  package init(_ shape: NetworkShape) {
    var layout = ParameterLayout()
    self.shape = shape
    input = layout.addLinear(shape.inputs, shape.width)
    blocks = (0..<shape.blocks).map { _ in ResidualBlock(&layout, width: shape.width) }
    normalization = layout.addNormalization(shape.width)
    output = layout.addLinear(shape.width, shape.outputs)
    parameterCount = layout.count
  }

  /// Fresh parameters; the same seed gives the same ones.
  package func initialParameters(seed: UInt64) -> [Float] {
    var parameters = [Float](repeating: 0, count: parameterCount)
    input.initialize(&parameters, gain: 1, seed: seed)
    for block in blocks { block.initialize(&parameters, seed: seed) }
    normalization.initialize(&parameters)
    output.initialize(&parameters, gain: 0, seed: seed)
    return parameters
  }

  /// Computes F(x), `[batch, outputs]`, into `workspace.output`.
  ///
  /// * `parameters`: `[parameterCount]`.
  /// * `x`: `[batch, inputs]`, batch as in the workspace.
  /// * `dropout`: in training only.
  package func forward(
    _ parameters: [Float], _ x: Matrix, _ workspace: inout Workspace, dropout: Dropout? = nil
  ) {
    let parameters = parameters.span
    input.forward(parameters, x, into: &workspace.h)
    addBias(parameters.extracting(input.bias), to: &workspace.h)
    for (index, block) in blocks.enumerated() {
      block.forward(parameters, &workspace.h, &workspace.blocks[index], dropout: dropout)
    }
    normalization.forward(parameters, workspace.h, into: &workspace.normalized)
    output.forward(parameters, workspace.normalized.values, into: &workspace.output)
    addBias(parameters.extracting(output.bias), to: &workspace.output)
  }

  /// Adds the gradient of all parameters, given the gradient of the output in `dy` and the
  /// activations that `forward` left in the workspace.
  ///
  /// * `x`: the input that `forward` saw.
  /// * `dy`: `[batch, outputs]`.
  /// * `gradient`: `[parameterCount]`, added to.
  package func backward(
    _ parameters: [Float], x: Matrix, dy: Matrix, _ workspace: inout Workspace,
    gradient: inout [Float], dropout: Dropout? = nil
  ) {
    let parameters = parameters.span
    output.accumulate(workspace.normalized.values, dy, into: &gradient)
    output.backward(parameters, dy, into: &workspace.dnormalized)
    workspace.clearHiddenGradient()
    normalization.backward(
      parameters, x: workspace.h, workspace.normalized, dy: workspace.dnormalized,
      dx: &workspace.dh, gradient: &gradient)
    for (index, block) in blocks.enumerated().reversed() {
      block.backward(
        parameters, &workspace.dh, &workspace.blocks[index], gradient: &gradient, dropout: dropout)
    }
    input.accumulate(x, workspace.dh, into: &gradient)
  }

  /// The activations of one batch; one per task.
  package struct Workspace: Sendable {
    /// F(x), `[batch, outputs]`.
    package fileprivate(set) var output: Matrix
    fileprivate var h, dh, dnormalized: Matrix
    fileprivate var normalized: Normalized
    fileprivate var blocks: [BlockActivations]

    package init(_ shape: NetworkShape, batch: Int) {
      h = Matrix(rows: batch, columns: shape.width)
      (dh, dnormalized) = (h, h)
      normalized = Normalized(batch: batch, features: shape.width)
      blocks = (0..<shape.blocks).map { _ in BlockActivations(batch: batch, width: shape.width) }
      output = Matrix(rows: batch, columns: shape.outputs)
    }

    fileprivate mutating func clearHiddenGradient() {
      for index in dh.values.indices { dh.values[index] = 0 }
    }
  }
}
