import Compute

/// A pre-normalized residual block, `h += W2 · dropout(SiLU(W1 · LayerNorm(h) + b1)) + b2`.
///
/// The sum itself is left to the normalization that follows, which fuses it with its own pass.
struct ResidualBlock: Sendable {
  let normalization: Normalization
  let first, second: Linear

  /// A block after the linear layer whose bias is `offset`.
  init(_ layout: inout ParameterLayout, width: Int, offset: Range<Int>) {
    normalization = layout.addNormalization(width, offset: offset)
    first = layout.addLinear(width, width)
    second = layout.addLinear(width, width)
  }

  /// Starts as the identity, W2 being zero.
  ///
  /// The gain of 1.4 makes up for the variance that SiLU takes away.
  func initialize(_ parameters: inout [Float], seed: UInt64) {
    normalization.initialize(&parameters)
    first.initialize(&parameters, gain: 1.4, seed: seed)
    second.initialize(&parameters, gain: 0, seed: seed)
  }

  /// Writes the block's contribution to `h`, without b2, into `change`, `[batch, width]`.
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

  /// Replaces the gradient `dh` of the block's output by that of its input; accumulates `gradient`.
  ///
  /// Overwrites `activations`, which serve as scratch memory once they have been used.
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

/// What one block stores between its forward and backward pass, each `[batch, width]`.
///
/// `slope` is SiLU' at the pre-activations, `activated` SiLU of them after dropout.
struct BlockActivations: Sendable {
  var slope, activated: Matrix

  init(batch: Int, width: Int) {
    slope = Matrix(rows: batch, columns: width)
    activated = slope
  }
}

/// Inverted dropout: zeroes activations at random and scales up the rest (Srivastava et al., 2014).
///
/// The mask is addressed by seed, step, layer and row, so the backward pass regenerates it and a
/// batch may be split anywhere.
package struct Dropout: Sendable {
  private let rate: Float
  private let seed, step: UInt64
  private let firstRow: Int

  /// Nil for a rate of 0.
  ///
  /// * `rate`: the probability of an activation to be zeroed, 0..<1.
  /// * `firstRow`: the index in the batch of the first row it will be applied to.
  package init?(rate: Float, seed: UInt64, step: Int, firstRow: Int = 0) {
    precondition((0..<1).contains(rate), "a dropout rate of \(rate)")
    guard rate > 0 else { return nil }
    (self.rate, self.seed, self.step) = (rate, seed, UInt64(step))
    self.firstRow = firstRow
  }

  /// Applies the mask of a layer, to activations forward and to their gradient backward.
  func apply(to activations: inout Matrix, layer: Int) {
    var stream = RandomStream(seed: seed &+ UInt64(layer), stream: step)
    stream.skip(firstRow * activations.columns)
    let scale = 1 / (1 - rate)
    for index in activations.values.indices {
      activations.values[index] *= Float(stream.uniform()) < rate ? 0 : scale
    }
  }
}
