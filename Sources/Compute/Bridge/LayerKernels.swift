import CKernels

/// `z += bias` row by row, then `y = SiLU(z)`; both `[rows, columns]`.
package func biasSiLU(_ z: inout Matrix, bias: Span<Float>, into y: inout Matrix) {
  checkShapes(z, y, bias)
  unsafe bias.withUnsafeBufferPointer { bias in
    guard let bias = bias.baseAddress else { return }
    unsafe kernel_bias_silu(&z.values, bias, &y.values, z.rows, z.columns)
  }
}

/// Replaces `dy` by `dy · SiLU'(z)`.
package func siluBackward(z: Matrix, dy: inout Matrix) {
  precondition(z.values.count == dy.values.count, "\(z.values.count) against \(dy.values.count)")
  let count = dy.values.count
  unsafe dy.values.withUnsafeMutableBufferPointer { dy in
    guard let dy = dy.baseAddress else { return }
    unsafe kernel_silu_backward(z.values, dy, dy, count)
  }
}

/// `y += bias` row by row.
package func addBias(_ bias: Span<Float>, to y: inout Matrix) {
  checkShapes(y, y, bias)
  unsafe bias.withUnsafeBufferPointer { bias in
    guard let bias = bias.baseAddress else { return }
    unsafe kernel_add_bias(&y.values, bias, y.rows, y.columns)
  }
}

/// `h += dh + bias` row by row: the end of a residual block.
package func addResidual(_ dh: Matrix, bias: Span<Float>, to h: inout Matrix) {
  checkShapes(h, dh, bias)
  unsafe bias.withUnsafeBufferPointer { bias in
    guard let bias = bias.baseAddress else { return }
    unsafe kernel_add_residual(&h.values, dh.values, bias, h.rows, h.columns)
  }
}

/// Layer normalization (Ba et al., 2016) of `x` into `y`; `mean` and `rstd`, `[rows]`, are kept for
/// the way back.
package func layerNorm(
  _ x: Matrix, gain: Span<Float>, bias: Span<Float>, into y: inout Matrix, mean: inout [Float],
  rstd: inout [Float]
) {
  checkShapes(x, y, gain)
  checkShapes(x, y, bias)
  precondition(mean.count == x.rows && rstd.count == x.rows, "\(mean.count) means, \(x.rows) rows")
  unsafe gain.withUnsafeBufferPointer { gain in
    unsafe bias.withUnsafeBufferPointer { bias in
      guard let gain = gain.baseAddress, let bias = bias.baseAddress else { return }
      unsafe kernel_layer_norm(
        x.values, gain, bias, &y.values, &mean, &rstd, x.rows, x.columns)
    }
  }
}

/// Adds the gradient through a layer normalization to `dx`, `dgain` and `dbias`.
package func layerNormBackward(
  x: Matrix, gain: Span<Float>, mean: [Float], rstd: [Float], dy: Matrix, dx: inout Matrix,
  dgain: inout MutableSpan<Float>, dbias: inout MutableSpan<Float>
) {
  checkShapes(x, dy, gain)
  checkShapes(x, dx, gain)
  precondition(
    dgain.count == x.columns && dbias.count == x.columns, "\(dgain.count) gains, \(x.columns)")
  unsafe gain.withUnsafeBufferPointer { gain in
    unsafe dgain.withUnsafeMutableBufferPointer { dgain in
      unsafe dbias.withUnsafeMutableBufferPointer { dbias in
        guard let gain = gain.baseAddress, let dgain = dgain.baseAddress,
          let dbias = dbias.baseAddress
        else { return }
        unsafe kernel_layer_norm_backward(
          x.values, gain, mean, rstd, dy.values, &dx.values, dgain, dbias, x.rows, x.columns)
      }
    }
  }
}

/// The settings of one AdamW step; `step` counts from 1.
package struct AdamWStep: Sendable {
  package var step: Int
  package var learningRate, beta1, beta2, epsilon, weightDecay: Float
  /// Share of the old value in the running average of the parameters.
  package var averaging: Float

  package init(
    step: Int, learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float,
    averaging: Float
  ) {
    (self.step, self.learningRate, self.averaging) = (step, learningRate, averaging)
    (self.beta1, self.beta2) = (beta1, beta2)
    (self.epsilon, self.weightDecay) = (epsilon, weightDecay)
  }
}

/// One step of AdamW (Loshchilov and Hutter 2019) on all parameters at once, and of their running
/// average; all arrays `[count]`.
package func adamW(
  _ settings: AdamWStep, parameters: inout [Float], average: inout [Float], m: inout [Float],
  v: inout [Float], gradient: [Float]
) {
  let count = parameters.count
  precondition(
    average.count == count && m.count == count && v.count == count && gradient.count == count,
    "\(count) parameters, \(gradient.count) gradients")
  let step = Double(settings.step)
  unsafe kernel_adamw(
    &parameters, &average, &m, &v, gradient, count, settings.learningRate, settings.beta1,
    settings.beta2, settings.epsilon, settings.learningRate * settings.weightDecay,
    Float(1 - power(Double(settings.beta1), step)), Float(1 - power(Double(settings.beta2), step)),
    settings.averaging)
}

private func checkShapes(_ a: Matrix, _ b: Matrix, _ bias: Span<Float>) {
  precondition(
    a.rows == b.rows && a.columns == b.columns && bias.count == a.columns,
    "[\(a.rows), \(a.columns)], [\(b.rows), \(b.columns)] and \(bias.count) biases")
}
