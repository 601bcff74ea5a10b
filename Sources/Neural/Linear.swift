import Compute

/// `y = x W + b` with W `[inputs, outputs]`; the bias is added by whatever follows, in one pass.
struct Linear: Sendable {
  let inputs, outputs: Int
  let weight, bias: Range<Int>

  /// Writes `x W`, `[batch, outputs]`, without the bias.
  func forward(_ parameters: Span<Float>, _ x: Matrix, into y: inout Matrix) {
    let shape = (rows: y.rows, columns: y.columns)
    var result = y.values.mutableSpan
    multiply(
      x.values.span, (x.rows, x.columns), parameters.extracting(weight), (inputs, outputs),
      into: &result, shape)
  }

  /// Adds the gradients of W and b for the gradient `dy` of the output.
  func accumulate(_ x: Matrix, _ dy: Matrix, into gradient: inout [Float]) {
    var all = gradient.mutableSpan
    var weights = all._mutatingExtracting(weight)
    multiply(
      x.values.span, (x.rows, x.columns), dy.values.span, (dy.rows, dy.columns), into: &weights,
      (inputs, outputs), transposed: .left, accumulating: true)
    var biases = all._mutatingExtracting(bias)
    addColumnSums(of: dy, to: &biases)
  }

  /// Writes the gradient of the input, `dy W'`, `[batch, inputs]`.
  func backward(_ parameters: Span<Float>, _ dy: Matrix, into dx: inout Matrix) {
    let shape = (rows: dx.rows, columns: dx.columns)
    var result = dx.values.mutableSpan
    multiply(
      dy.values.span, (dy.rows, dy.columns), parameters.extracting(weight), (inputs, outputs),
      into: &result, shape, transposed: .right)
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

/// Layer normalization with gain and bias (Ba et al., 2016).
struct Normalization: Sendable {
  let gain, bias: Range<Int>

  func forward(_ parameters: Span<Float>, _ x: Matrix, into y: inout Normalized) {
    layerNorm(
      x, gain: parameters.extracting(gain), bias: parameters.extracting(bias), into: &y.values,
      mean: &y.mean, rstd: &y.rstd)
  }

  /// Adds the gradient of `x` to `dx` and those of gain and bias to `gradient`.
  func backward(
    _ parameters: Span<Float>, x: Matrix, _ y: Normalized, dy: Matrix, dx: inout Matrix,
    gradient: inout [Float]
  ) {
    var dgain = [Float](repeating: 0, count: gain.count)
    var dbias = dgain
    var gains = dgain.mutableSpan
    var biases = dbias.mutableSpan
    layerNormBackward(
      x: x, gain: parameters.extracting(gain), mean: y.mean, rstd: y.rstd, dy: dy, dx: &dx,
      dgain: &gains, dbias: &biases)
    for offset in 0..<gain.count {
      gradient[gain.lowerBound + offset] += dgain[offset]
      gradient[bias.lowerBound + offset] += dbias[offset]
    }
  }

  func initialize(_ parameters: inout [Float]) {
    for index in gain { parameters[index] = 1 }
    for index in bias { parameters[index] = 0 }
  }
}

/// Normalized rows with what the way back needs.
struct Normalized: Sendable {
  var values: Matrix
  var mean, rstd: [Float]

  init(batch: Int, features: Int) {
    values = Matrix(rows: batch, columns: features)
    mean = [Float](repeating: 0, count: batch)
    rstd = mean
  }
}
