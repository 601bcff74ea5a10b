package import Compute

/// A residual multilayer perceptron: linear, residual blocks, layer normalization, linear.
///
/// The output layer starts at zero, so a closed form that the network corrects starts out unchanged.
/// Parameters and activations are passed in: the value itself is immutable and freely shared.
package struct ResidualNetwork: Sendable {
  package let shape: NetworkShape
  /// The number of parameters, which are kept in one array by the caller.
  package let parameterCount: Int
  private let input, output: Linear
  private let blocks: [ResidualBlock]
  private let normalization: Normalization

  package init(_ shape: NetworkShape) {
    var layout = ParameterLayout()
    self.shape = shape
    input = layout.addLinear(shape.inputs, shape.width)
    var blocks: [ResidualBlock] = []
    var offset = input.bias
    for _ in 0..<shape.blocks {
      blocks.append(ResidualBlock(&layout, width: shape.width, offset: offset))
      offset = blocks.last?.second.bias ?? offset
    }
    self.blocks = blocks
    normalization = layout.addNormalization(shape.width, offset: offset)
    output = layout.addLinear(shape.width, shape.outputs)
    parameterCount = layout.count
  }

  /// Random initial parameters, `[parameterCount]`; equal seeds give equal ones.
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
  /// * `x`: `[batch, inputs]`, row-major, with the batch size of the workspace.
  /// * `dropout`: for training only; the backward pass must get the same.
  package func forward(
    _ parameters: Span<Float>, _ x: Span<Float>, _ workspace: inout Workspace,
    dropout: Dropout? = nil
  ) {
    let alike = workspace.rowsAlike
    input.forward(parameters, x, into: &workspace.hidden[0].x, rowsAlike: alike)
    for (index, block) in blocks.enumerated() {
      normalize(parameters, block.normalization, index, &workspace)
      block.forward(
        parameters, workspace.hidden[index], &workspace.blocks[index],
        into: &workspace.hidden[index + 1].x, dropout: dropout, rowsAlike: alike)
    }
    normalize(parameters, normalization, blocks.count, &workspace)
    let last = workspace.hidden[blocks.count].y
    output.forward(parameters, last.values.span, into: &workspace.output, rowsAlike: alike)
    addBias(parameters.extracting(output.bias), to: &workspace.output)
  }

  private func normalize(
    _ parameters: Span<Float>, _ normalization: Normalization, _ index: Int,
    _ workspace: inout Workspace
  ) {
    let before = index > 0 ? workspace.hidden[index - 1].x : nil
    normalization.forward(parameters, before: before, &workspace.hidden[index])
  }

  /// Backpropagation: accumulates the gradient of all parameters.
  ///
  /// Reads the activations that `forward` left in the workspace and overwrites some of them, so each
  /// `backward` needs a `forward` of its own.
  ///
  /// * `x`: the input of that forward pass.
  /// * `dy`: the gradient of the loss by the output, `[batch, outputs]`.
  /// * `gradient`: `[parameterCount]`, added to.
  package func backward(
    _ parameters: Span<Float>, x: Span<Float>, dy: Matrix, _ workspace: inout Workspace,
    gradient: inout MutableSpan<Float>, dropout: Dropout? = nil
  ) {
    let last = workspace.hidden[blocks.count]
    output.accumulate(last.y.values.span, dy, into: &gradient)
    var biases = gradient._mutatingExtracting(output.bias)
    addColumnSums(of: dy, to: &biases)
    output.backward(parameters, dy, into: &workspace.scratch)
    normalization.backward(
      parameters, last, dy: workspace.scratch, dx: &workspace.dh,
      replacing: true, gradient: &gradient)
    for (index, block) in blocks.enumerated().reversed() {
      block.backward(
        parameters, workspace.hidden[index], &workspace.blocks[index], dh: &workspace.dh,
        scratch: &workspace.scratch, gradient: &gradient, dropout: dropout)
    }
    input.accumulate(x, workspace.dh, into: &gradient)
  }

  /// The activations and scratch memory for one batch size; one per task, reused between steps.
  package struct Workspace: Sendable {
    /// F(x), `[batch, outputs]`.
    package fileprivate(set) var output: Matrix
    fileprivate var dh, scratch: Matrix
    /// The input of each block, then that of the output layer.
    fileprivate var hidden: [Normalized]
    fileprivate var blocks: [BlockActivations]

    /// Whether equal rows give bit-equal outputs, which scoring requires and training does not.
    fileprivate let rowsAlike: Bool

    package init(_ shape: NetworkShape, batch: Int, rowsAlike: Bool = true) {
      self.rowsAlike = rowsAlike
      dh = Matrix(rows: batch, columns: shape.width)
      scratch = dh
      hidden = (0...shape.blocks).map { _ in Normalized(rows: batch, columns: shape.width) }
      blocks = (0..<shape.blocks).map { _ in BlockActivations(batch: batch, width: shape.width) }
      output = Matrix(rows: batch, columns: shape.outputs)
    }
  }
}

extension ResidualNetwork {
  /// `forward` on whole arrays and matrices.
  package func forward(
    _ parameters: [Float], _ x: Matrix, _ workspace: inout Workspace, dropout: Dropout? = nil
  ) {
    forward(parameters.span, x.values.span, &workspace, dropout: dropout)
  }

}
