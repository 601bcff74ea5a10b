import Compute

/// A linear layer, `y = x W + b` with W `[inputs, outputs]`.
///
/// The bias is added by the layer that follows, which fuses it with its own pass over the rows.
struct Linear: Sendable {
  let inputs, outputs: Int
  /// The ranges of W (row-major) and b among all parameters.
  let weight, bias: Range<Int>

  /// Writes `x W`, `[batch, outputs]`, without the bias; `rowsAlike` as for `multiply`.
  func forward(
    _ parameters: Span<Float>, _ x: Span<Float>, into y: inout Matrix, rowsAlike: Bool
  ) {
    let shape = (rows: y.rows, columns: y.columns)
    var result = y.values.mutableSpan
    multiply(
      x, (shape.rows, inputs), parameters.extracting(weight), (inputs, outputs), into: &result,
      shape, rowsAlike: rowsAlike)
  }

  /// Adds `x' dy`, the gradient of W; that of b is added where `dy` is computed.
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

  /// Draws normal weights of deviation `gain / sqrt(inputs)` (He et al., 2015) and zero biases.
  func initialize(_ parameters: inout [Float], gain: Float, seed: UInt64) {
    var noise = [Float](repeating: 0, count: weight.count)
    fillGaussian(&noise, seed: seed, stream: UInt64(weight.lowerBound))
    let scale = gain / Float(inputs).squareRoot()
    for (index, value) in zip(weight, noise) { parameters[index] = value * scale }
    for index in bias { parameters[index] = 0 }
  }
}

/// Layer normalization with gain and bias (Ba et al., 2016) of the sum `before + x + offset`.
struct Normalization: Sendable {
  /// The ranges of gain and bias among all parameters.
  let gain, bias: Range<Int>
  /// The range of the bias of the linear layer that computed `x`.
  let offset: Range<Int>

  /// Completes the residual sum in `x.x` and writes its normalization to `x.y`.
  func forward(_ parameters: Span<Float>, before: Matrix?, _ x: inout Normalized) {
    x.forward(
      before: before, offset: parameters.extracting(offset), gain: parameters.extracting(gain),
      bias: parameters.extracting(bias))
  }

  /// Adds the gradient of the sum to `dx`, or writes it when `replacing`; accumulates `gradient`.
  func backward(
    _ parameters: Span<Float>, _ x: Normalized, dy: Matrix, dx: inout Matrix, replacing: Bool,
    gradient: inout MutableSpan<Float>
  ) {
    x.backward(
      dy: dy, gain: parameters.extracting(gain), dx: &dx, replacing: replacing,
      gradient: &gradient, Normalized.Ranges(gain: gain, bias: bias, offset: offset))
  }

  func initialize(_ parameters: inout [Float]) {
    for index in gain { parameters[index] = 1 }
    for index in bias { parameters[index] = 0 }
  }
}
