import Compute

/// `h += W2 · dropout(SiLU(W1 · LayerNorm(h) + b1)) + b2`.
struct ResidualBlock: Sendable {
  let normalization: Normalization
  let first, second: Linear

  init(_ layout: inout ParameterLayout, width: Int) {
    normalization = layout.addNormalization(width)
    first = layout.addLinear(width, width)
    second = layout.addLinear(width, width)
  }

  /// The identity at the start: W2 is zero.
  func initialize(_ parameters: inout [Float], seed: UInt64) {
    normalization.initialize(&parameters)
    first.initialize(&parameters, gain: 1.4, seed: seed)
    second.initialize(&parameters, gain: 0, seed: seed)
  }

  /// Reads `activations.input` and adds the block's change to `h`, which holds the same values.
  func forward(
    _ parameters: Span<Float>, _ h: inout Matrix, _ activations: inout BlockActivations,
    dropout: Dropout?
  ) {
    activations.input.values = h.values
    normalization.forward(parameters, activations.input, into: &activations.normalized)
    first.forward(parameters, activations.normalized.values, into: &activations.z)
    biasSiLU(
      &activations.z, bias: parameters.extracting(first.bias), into: &activations.activated)
    dropout?.apply(to: &activations.activated, layer: first.weight.lowerBound)
    second.forward(parameters, activations.activated, into: &activations.scratch)
    addResidual(activations.scratch, bias: parameters.extracting(second.bias), to: &h)
  }

  /// Replaces the gradient `dh` of the block's output by that of its input; adds up `gradient`.
  func backward(
    _ parameters: Span<Float>, _ dh: inout Matrix, _ activations: inout BlockActivations,
    gradient: inout [Float], dropout: Dropout?
  ) {
    second.accumulate(activations.activated, dh, into: &gradient)
    second.backward(parameters, dh, into: &activations.scratch)
    dropout?.apply(to: &activations.scratch, layer: first.weight.lowerBound)
    siluBackward(z: activations.z, dy: &activations.scratch)
    first.accumulate(activations.normalized.values, activations.scratch, into: &gradient)
    first.backward(parameters, activations.scratch, into: &activations.activated)
    normalization.backward(
      parameters, x: activations.input, activations.normalized, dy: activations.activated, dx: &dh,
      gradient: &gradient)
  }
}

/// What one block keeps between the way forward and the way back; all `[batch, width]`.
struct BlockActivations: Sendable {
  var input, z, activated, scratch: Matrix
  var normalized: Normalized

  init(batch: Int, width: Int) {
    input = Matrix(rows: batch, columns: width)
    (z, activated, scratch) = (input, input, input)
    normalized = Normalized(batch: batch, features: width)
  }
}

/// Zeroes a share of the activations in training and scales up the rest (Srivastava et al.,
/// 2014).
///
/// The mask is addressed by seed, step and layer, so the way back makes it again.
package struct Dropout: Sendable {
  private let share: Float
  private let seed, step: UInt64

  /// Nothing at all for a share of 0.
  package init?(share: Float, seed: UInt64, step: Int) {
    precondition((0..<1).contains(share), "a dropout share of \(share)")
    guard share > 0 else { return nil }
    (self.share, self.seed, self.step) = (share, seed, UInt64(step))
  }

  func apply(to activations: inout Matrix, layer: Int) {
    var stream = RandomStream(seed: seed &+ UInt64(layer), stream: step)
    let scale = 1 / (1 - share)
    for index in activations.values.indices {
      activations.values[index] *= Float(stream.uniform()) < share ? 0 : scale
    }
  }
}
