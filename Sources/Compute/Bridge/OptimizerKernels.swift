import CKernels

/// Parameters are processed in runs of this length whatever the number of threads, so that sums are
/// always added up in the same order.
private let runLength = 16_384

/// Adds all further rows of `shards`, `[shards, count]`, to the first, in their order.
///
/// - Returns: the sum of squares of the result, independent of `threads`.
package func sumShards(_ shards: inout Matrix, threads: Int) -> Double {
  let (rows, columns) = (shards.rows, shards.columns)
  var squares = [Double](repeating: 0, count: (columns + runLength - 1) / runLength)
  unsafe shards.values.withUnsafeMutableBufferPointer { shards in
    unsafe squares.withUnsafeMutableBufferPointer { squares in
      guard let shards = shards.baseAddress else { return }
      let squares = unsafe squares
      concurrently(squares.count, threads: threads) { run in
        let start = run * runLength
        unsafe squares[run] = kernel_sum_shards(
          shards + start, rows, columns, min(runLength, columns - start))
      }
    }
  }
  return squares.reduce(0, +)
}

/// The settings of one AdamW step.
package struct AdamWStep: Sendable {
  /// The number of this step from 1, for the bias corrections.
  package var step: Int
  package var learningRate, beta1, beta2, epsilon, weightDecay: Float
  /// The factor the gradient is multiplied by first, for clipping.
  package var gradientScale: Float
  /// Weight of the old value in the moving average of the parameters, 0..<1.
  package var averaging: Float

  package init(
    step: Int, learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float,
    gradientScale: Float, averaging: Float
  ) {
    (self.step, self.learningRate, self.averaging) = (step, learningRate, averaging)
    (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
    (self.weightDecay, self.gradientScale) = (weightDecay, gradientScale)
  }

  /// The bias correction 1 / (1 - beta^step), computed in double precision.
  func correction(_ beta: Float) -> Float { Float(1 / (1 - power(Double(beta), Double(step)))) }
}

/// One step of AdamW (Loshchilov and Hutter 2019) on all parameters and their moving average.
///
/// All arrays are `[count]`; the gradient is the first row of a matrix of that many columns.
package func adamW(
  _ settings: AdamWStep, parameters: inout [Float], average: inout [Float], m: inout [Float],
  v: inout [Float], gradient: Matrix, threads: Int
) {
  let count = parameters.count
  precondition(
    average.count == count && m.count == count && v.count == count && gradient.columns == count,
    "\(count) parameters, \(gradient.columns) gradients")
  let (first, second) = (settings.correction(settings.beta1), settings.correction(settings.beta2))
  unsafe parameters.withUnsafeMutableBufferPointer { parameters in
    unsafe average.withUnsafeMutableBufferPointer { average in
      unsafe m.withUnsafeMutableBufferPointer { m in
        unsafe v.withUnsafeMutableBufferPointer { v in
          unsafe gradient.values.withUnsafeBufferPointer { gradient in
            guard let parameters = parameters.baseAddress, let average = average.baseAddress,
              let m = m.baseAddress, let v = v.baseAddress, let gradient = gradient.baseAddress
            else { return }
            concurrently((count + runLength - 1) / runLength, threads: threads) { run in
              let at = run * runLength
              unsafe kernel_adamw(
                parameters + at, average + at, m + at, v + at, gradient + at,
                min(runLength, count - at), settings.gradientScale, settings.learningRate,
                settings.beta1, settings.beta2, settings.epsilon,
                settings.learningRate * settings.weightDecay, first, second, settings.averaging)
            }
          }
        }
      }
    }
  }
}
