import Compute

/// `h += W2 · dropout(SiLU(W1 · LayerNorm(h) + b1)) + b2`.
///
/// The sum is left to the normalization that follows, which makes it in its own pass.
struct ResidualBlock: Sendable {
  let normalization: Normalization
  let first, second: Linear

  /// A block after the linear layer whose bias is `offset`.
  init(_ layout: inout ParameterLayout, width: Int, offset: Range<Int>) {
    normalization = layout.addNormalization(width, offset: offset)
    first = layout.addLinear(width, width)
    second = layout.addLinear(width, width)
  }

  /// The identity at the start: W2 is zero.
  func initialize(_ parameters: inout [Float], seed: UInt64) {
    normalization.initialize(&parameters)
    first.initialize(&parameters, gain: 1.4, seed: seed)
    second.initialize(&parameters, gain: 0, seed: seed)
  }

  /// Writes the block's change, less b2, into `change`.
  func forward(
    _ parameters: Span<Float>, _ h: Normalized, _ activations: inout BlockActivations,
    into change: inout Matrix, dropout: Dropout?, rowsAlike: Bool
  ) {
    first.forward(
      parameters, h.y.values.span, into: &activations.slope, rowsAlike: rowsAlike)
    biasSiLU(
      &activations.slope, bias: parameters.extracting(first.bias), into: &activations.activated)
    dropout?.apply(to: &activations.activated, layer: first.weight.lowerBound)
    second.forward(
      parameters, activations.activated.values.span, into: &change, rowsAlike: rowsAlike)
  }

  /// Replaces the gradient `dh` of the block's output by that of its input; adds up `gradient`.
  func backward(
    _ parameters: Span<Float>, _ h: Normalized, _ activations: inout BlockActivations,
    dh: inout Matrix, scratch: inout Matrix, gradient: inout MutableSpan<Float>, dropout: Dropout?
  ) {
    second.accumulate(activations.activated.values.span, dh, into: &gradient)
    second.backward(parameters, dh, into: &scratch)
    dropout?.apply(to: &scratch, layer: first.weight.lowerBound)
    slopeBackward(activations.slope, dy: &scratch, gradient: &gradient, bias: first.bias)
    first.accumulate(h.y.values.span, scratch, into: &gradient)
    first.backward(parameters, scratch, into: &activations.activated)
    normalization.backward(
      parameters, h, dy: activations.activated, dx: &dh, replacing: false, gradient: &gradient)
  }
}

/// What one block keeps between the way forward and the way back; all `[batch, width]`.
struct BlockActivations: Sendable {
  var slope, activated: Matrix

  init(batch: Int, width: Int) {
    slope = Matrix(rows: batch, columns: width)
    activated = slope
  }
}

/// Zeroes a share of the activations in training and scales up the rest (Srivastava et al.,
/// 2014).
///
/// The mask is addressed by seed, step, layer and row, so the way back makes it again and a batch may
/// be cut anywhere.
package struct Dropout: Sendable {
  private let share: Float
  private let seed, step: UInt64
  private let firstRow: Int

  /// Nothing at all for a share of 0; `firstRow` is the place of the first row in the batch.
  package init?(share: Float, seed: UInt64, step: Int, firstRow: Int = 0) {
    precondition((0..<1).contains(share), "a dropout share of \(share)")
    guard share > 0 else { return nil }
    (self.share, self.seed, self.step) = (share, seed, UInt64(step))
    self.firstRow = firstRow
  }

  func apply(to activations: inout Matrix, layer: Int) {
    var stream = RandomStream(seed: seed &+ UInt64(layer), stream: step)
    stream.skip(firstRow * activations.columns)
    let scale = 1 / (1 - share)
    for index in activations.values.indices {
      activations.values[index] *= Float(stream.uniform()) < share ? 0 : scale
    }
  }
}
