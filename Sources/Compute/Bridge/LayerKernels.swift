import CKernels

/// `y = SiLU(z + bias)` row by row; `z` is replaced by the slope SiLU'(z + bias); both
/// `[rows, columns]`.
package func biasSiLU(_ z: inout Matrix, bias: Span<Float>, into y: inout Matrix) {
  checkShapes(z, y, bias)
  unsafe bias.withUnsafeBufferPointer { bias in
    guard let bias = bias.baseAddress else { return }
    unsafe kernel_bias_silu(&z.values, bias, &y.values, z.rows, z.columns)
  }
}

/// Replaces `dy` by `dy · slope` and adds the sums of its columns to `gradient[bias]`.
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

/// `y += bias` row by row.
package func addBias(_ bias: Span<Float>, to y: inout Matrix) {
  checkShapes(y, y, bias)
  unsafe bias.withUnsafeBufferPointer { bias in
    guard let bias = bias.baseAddress else { return }
    unsafe kernel_add_bias(&y.values, bias, y.rows, y.columns)
  }
}

/// The mean of weight · (output - target)² times `scale`, and its gradient; all of one length.
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

/// Rows before and after a layer normalization, with what the way back needs.
package struct Normalized: Sendable {
  /// `[rows, columns]`.
  package var x, y: Matrix
  /// `[rows]`.
  package var mean, rstd: [Float]

  package init(rows: Int, columns: Int) {
    x = Matrix(rows: rows, columns: columns)
    (y, mean) = (x, [Float](repeating: 0, count: rows))
    rstd = mean
  }

  /// `x += before + offset`, then `y` is its layer normalization (Ba et al., 2016), in one pass.
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

  /// The gradients that a way back adds to, as places among all parameters.
  package struct Places {
    package let gain, bias, offset: Range<Int>
    package init(gain: Range<Int>, bias: Range<Int>, offset: Range<Int>) {
      (self.gain, self.bias, self.offset) = (gain, bias, offset)
    }

    fileprivate func fit(columns: Int, count: Int) -> Bool {
      func fits(_ place: Range<Int>) -> Bool {
        place.count == columns && place.upperBound <= count
      }
      return fits(gain) && fits(bias) && fits(offset)
    }
  }

  /// Adds the gradient of `x` to `dx`, or writes it when `replacing`, and those of gain, bias and
  /// offset to `gradient`, in one pass.
  package func backward(
    dy: Matrix, gain: Span<Float>, dx: inout Matrix, replacing: Bool,
    gradient: inout MutableSpan<Float>, _ places: Places
  ) {
    checkShapes(x, dy, gain)
    checkShapes(x, dx, gain)
    precondition(
      places.fit(columns: x.columns, count: gradient.count),
      "\(places) for \(x.columns) columns of \(gradient.count) gradients")
    unsafe gain.withUnsafeBufferPointer { gain in
      unsafe gradient.withUnsafeMutableBufferPointer { gradient in
        guard let gain = gain.baseAddress, let gradient = gradient.baseAddress else { return }
        unsafe kernel_layer_norm_backward(
          x.values, gain, mean, rstd, dy.values, &dx.values, replacing ? 1 : 0,
          gradient + places.gain.lowerBound, gradient + places.bias.lowerBound,
          gradient + places.offset.lowerBound, x.rows, x.columns)
      }
    }
  }
}

private func checkShapes(_ a: Matrix, _ b: Matrix, _ bias: Span<Float>) {
  precondition(
    a.rows == b.rows && a.columns == b.columns && bias.count == a.columns,
    "[\(a.rows), \(a.columns)], [\(b.rows), \(b.columns)] and \(bias.count) biases")
}
