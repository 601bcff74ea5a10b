import Compute

/// `y = x W + b` with W `[inputs, outputs]`; the bias is added by whatever follows, in one pass.
struct Linear: Sendable {
  let inputs, outputs: Int
  let weight, bias: Range<Int>

  /// Writes `x W`, `[batch, outputs]`, without the bias.
  func forward(
    _ parameters: Span<Float>, _ x: Span<Float>, into y: inout Matrix, rowsAlike: Bool
  ) {
    let shape = (rows: y.rows, columns: y.columns)
    var result = y.values.mutableSpan
    multiply(
      x, (shape.rows, inputs), parameters.extracting(weight), (inputs, outputs), into: &result,
      shape, rowsAlike: rowsAlike)
  }

  /// Adds the gradient of W for the gradient `dy` of the output; whatever makes `dy` adds that of b.
  func accumulate(_ x: Span<Float>, _ dy: Matrix, into gradient: inout MutableSpan<Float>) {
    var weights = gradient._mutatingExtracting(weight)
    multiply(
      x, (dy.rows, inputs), dy.values.span, (dy.rows, dy.columns), into: &weights,
      (inputs, outputs), transposed: .left, accumulating: true)
  }

  /// Writes the gradient of the input, `dy W'`, `[batch, inputs]`.
  func backward(_ parameters: Span<Float>, _ dy: Matrix, into dx: inout Matrix) {
    let shape = (rows: dx.rows, columns: dx.columns)
    var result = dx.values.mutableSpan
    multiply(
      dy.values.span, (dy.rows, dy.columns), parameters.extracting(weight), (inputs, outputs),
      into: &result, shape, transposed: .right, rowsAlike: false)
  }

  /// Normal weights of deviation `gain / sqrt(inputs)` (He et al., 2015), zero biases.
  func initialize(_ parameters: inout [Float], gain: Float, seed: UInt64) {
    var noise = [Float](repeating: 0, count: weight.count)
    fillGaussian(&noise, seed: seed, stream: UInt64(weight.lowerBound))
    let scale = gain / Float(inputs).squareRoot()
    for (index, value) in zip(weight, noise) { parameters[index] = value * scale }
    for index in bias { parameters[index] = 0 }
  }
}

/// Layer normalization with gain and bias (Ba et al., 2016) of a sum, `before + x + offset`.
struct Normalization: Sendable {
  let gain, bias: Range<Int>
  /// The bias of the linear layer that made `x`.
  let offset: Range<Int>

  func forward(_ parameters: Span<Float>, before: Matrix?, _ x: inout Normalized) {
    x.forward(
      before: before, offset: parameters.extracting(offset), gain: parameters.extracting(gain),
      bias: parameters.extracting(bias))
  }

  /// Adds the gradient of the sum to `dx`, or writes it when `replacing`; adds up `gradient`.
  func backward(
    _ parameters: Span<Float>, _ x: Normalized, dy: Matrix, dx: inout Matrix, replacing: Bool,
    gradient: inout MutableSpan<Float>
  ) {
    x.backward(
      dy: dy, gain: parameters.extracting(gain), dx: &dx, replacing: replacing,
      gradient: &gradient, Normalized.Places(gain: gain, bias: bias, offset: offset))
  }

  func initialize(_ parameters: inout [Float]) {
    for index in gain { parameters[index] = 1 }
    for index in bias { parameters[index] = 0 }
  }
}
