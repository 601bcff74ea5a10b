import CKernels

/// `y = SiLU(z + bias)`, where SiLU(x) = x · sigmoid(x); both matrices `[rows, columns]`.
///
/// `z` is replaced by the derivative SiLU'(z + bias), all that the backward pass needs.
package func biasSiLU(_ z: inout Matrix, bias: Span<Float>, into y: inout Matrix) {
  checkShapes(z, y, bias)
  unsafe bias.withUnsafeBufferPointer { bias in
    guard let bias = bias.baseAddress else { return }
    unsafe kernel_bias_silu(&z.values, bias, &y.values, z.rows, z.columns)
  }
}

/// The backward pass of `biasSiLU`: replaces `dy` by `dy · slope`, both `[rows, columns]`.
///
/// Adds the column sums of the new `dy`, the gradient of the bias, to `gradient[bias]`.
package func slopeBackward(
  _ slope: Matrix, dy: inout Matrix, gradient: inout MutableSpan<Float>, bias: Range<Int>
) {
  precondition(
    slope.columns == dy.columns && slope.rows == dy.rows && bias.count == dy.columns,
    "[\(slope.rows), \(slope.columns)], [\(dy.rows), \(dy.columns)] and \(bias.count) biases")
  var sums = gradient._mutatingExtracting(bias)
  unsafe sums.withUnsafeMutableBufferPointer { sums in
    guard let sums = sums.baseAddress else { return }
    unsafe kernel_slope_backward(slope.values, &dy.values, sums, dy.rows, dy.columns)
  }
}

/// `y += bias` for each row; `bias` is `[columns]`.
package func addBias(_ bias: Span<Float>, to y: inout Matrix) {
  checkShapes(y, y, bias)
  unsafe bias.withUnsafeBufferPointer { bias in
    guard let bias = bias.baseAddress else { return }
    unsafe kernel_add_bias(&y.values, bias, y.rows, y.columns)
  }
}

/// The weighted squared loss, `scale` · Σ weight · (output - target)², and its gradient.
///
/// All spans have the same length; the sum is accumulated in double precision.
package func weightedLoss(
  _ output: Span<Float>, target: Span<Float>, weight: Span<Float>,
  gradient: inout MutableSpan<Float>, scale: Float
) -> Double {
  let count = output.count
  precondition(
    target.count == count && weight.count == count && gradient.count == count,
    "\(count) outputs, \(target.count) targets, \(weight.count) weights")
  return unsafe output.withUnsafeBufferPointer { output in
    unsafe target.withUnsafeBufferPointer { target in
      unsafe weight.withUnsafeBufferPointer { weight in
        unsafe gradient.withUnsafeMutableBufferPointer { gradient in
          guard let output = output.baseAddress, let target = target.baseAddress,
            let weight = weight.baseAddress, let gradient = gradient.baseAddress
          else { return 0 }
          return unsafe kernel_weighted_loss(output, target, weight, gradient, count, scale)
        }
      }
    }
  }
}

/// The input and output of a layer normalization, with the statistics its backward pass needs.
package struct Normalized: Sendable {
  /// The residual sum and its normalization, `[rows, columns]`.
  package var x, y: Matrix
  /// Mean and reciprocal standard deviation of each row of `x`, `[rows]`.
  package var mean, rstd: [Float]

  package init(rows: Int, columns: Int) {
    x = Matrix(rows: rows, columns: columns)
    (y, mean) = (x, [Float](repeating: 0, count: rows))
    rstd = mean
  }

  /// `x += before + offset`, then `y = gain · (x - mean) · rstd + bias` for each row, in one pass.
  ///
  /// * `before`: `[rows, columns]`; nil for the first layer.
  /// * `offset`, `gain`, `bias`: `[columns]`.
  package mutating func forward(
    before: Matrix?, offset: Span<Float>, gain: Span<Float>, bias: Span<Float>
  ) {
    checkShapes(x, before ?? x, offset)
    precondition(gain.count == x.columns && bias.count == x.columns, "\(gain.count), \(x.columns)")
    unsafe offset.withUnsafeBufferPointer { offset in
      unsafe gain.withUnsafeBufferPointer { gain in
        unsafe bias.withUnsafeBufferPointer { bias in
          guard let offset = offset.baseAddress, let gain = gain.baseAddress,
            let bias = bias.baseAddress
          else { return }
          unsafe kernel_residual_layer_norm(
            before?.values, offset, &x.values, gain, bias, &y.values, &mean, &rstd, x.rows,
            x.columns)
        }
      }
    }
  }

  /// The ranges, among all parameters, whose gradients `backward` accumulates.
  package struct Ranges {
    package let gain, bias, offset: Range<Int>
    package init(gain: Range<Int>, bias: Range<Int>, offset: Range<Int>) {
      (self.gain, self.bias, self.offset) = (gain, bias, offset)
    }

    fileprivate func fit(columns: Int, count: Int) -> Bool {
      func fits(_ range: Range<Int>) -> Bool {
        range.count == columns && range.upperBound <= count
      }
      return fits(gain) && fits(bias) && fits(offset)
    }
  }

  /// The backward pass: adds the gradient of `x` to `dx`, or writes it when `replacing`.
  ///
  /// Also adds those of gain, bias and offset to `gradient` at `ranges`, all in one pass.
  package func backward(
    dy: Matrix, gain: Span<Float>, dx: inout Matrix, replacing: Bool,
    gradient: inout MutableSpan<Float>, _ ranges: Ranges
  ) {
    checkShapes(x, dy, gain)
    checkShapes(x, dx, gain)
    precondition(
      ranges.fit(columns: x.columns, count: gradient.count),
      "\(ranges) for \(x.columns) columns of \(gradient.count) gradients")
    unsafe gain.withUnsafeBufferPointer { gain in
      unsafe gradient.withUnsafeMutableBufferPointer { gradient in
        guard let gain = gain.baseAddress, let gradient = gradient.baseAddress else { return }
        unsafe kernel_layer_norm_backward(
          x.values, gain, mean, rstd, dy.values, &dx.values, replacing ? 1 : 0,
          gradient + ranges.gain.lowerBound, gradient + ranges.bias.lowerBound,
          gradient + ranges.offset.lowerBound, x.rows, x.columns)
      }
    }
  }
}

private func checkShapes(_ a: Matrix, _ b: Matrix, _ bias: Span<Float>) {
  precondition(
    a.rows == b.rows && a.columns == b.columns && bias.count == a.columns,
    "[\(a.rows), \(a.columns)], [\(b.rows), \(b.columns)] and \(bias.count) biases")
}
