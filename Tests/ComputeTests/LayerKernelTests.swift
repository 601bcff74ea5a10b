import Compute
import TestSupport
import Testing

/// What a layer does to rows, forward and backward, against plain loops and differences.
@Suite struct LayerKernelTests {
  private func numbers(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    .gaussian(rows: rows, columns: columns, seed: seed, stream: 4)
  }

  /// x + before + offset, less its mean, over its deviation, times gain, plus bias, of one row.
  private func normalized(
    _ x: ArraySlice<Float>, _ before: ArraySlice<Float>?, _ offset: [Float], _ gain: [Float],
    _ bias: [Float]
  ) -> [Double] {
    let sum = zip(x, offset).enumerated().map { index, pair in
      Double(pair.0) + Double(pair.1) + (before.map { Double(Array($0)[index]) } ?? 0)
    }
    let moments = Moments(of: sum)
    let scale = 1 / (moments.variance + 1e-5).squareRoot()
    return sum.enumerated().map { index, value in
      (value - moments.mean) * scale * Double(gain[index]) + Double(bias[index])
    }
  }

  @Test(arguments: [1, 7, 16, 33, 1_024], [false, true])
  func normalizationMatchesItsFormula(columns: Int, isResidual: Bool) {
    let (x, before) = (numbers(3, columns, seed: 1), numbers(3, columns, seed: 2))
    let (offset, gain, bias) = (
      numbers(1, columns, seed: 3).values, numbers(1, columns, seed: 4).values,
      numbers(1, columns, seed: 5).values
    )
    var layer = Normalized(rows: 3, columns: columns)
    layer.x = x
    layer.forward(
      before: isResidual ? before : nil, offset: offset.span, gain: gain.span, bias: bias.span)
    for row in 0..<3 {
      let expected = normalized(
        x.row(row), isResidual ? before.row(row) : nil, offset, gain, bias)
      expectClose(Array(layer.y.row(row)), expected.map { Float($0) }, tolerance: 2e-5)
      let sum = zip(x.row(row), offset).map { $0 + $1 }
      let kept = isResidual ? zip(sum, before.row(row)).map { $0 + $1 } : sum
      expectClose(Array(layer.x.row(row)), kept, tolerance: 1e-6)
    }
  }

  /// The loss is a weighted sum of the layer's output, so `weights` are its gradient there.
  @Test(arguments: [2, 7, 16])
  func backwardAgreesWithDifferences(columns: Int) {
    let (x, weights) = (numbers(3, columns, seed: 6), numbers(3, columns, seed: 7))
    // Gain, bias and offset, as they lie among all parameters.
    let parameters = numbers(1, 3 * columns, seed: 8).values
    func forward(_ x: Matrix, _ parameters: [Float]) -> Normalized {
      var layer = Normalized(rows: 3, columns: columns)
      layer.x = x
      layer.forward(
        before: nil, offset: parameters.span.extracting(2 * columns..<3 * columns),
        gain: parameters.span.extracting(0..<columns),
        bias: parameters.span.extracting(columns..<2 * columns))
      return layer
    }
    func loss(_ layer: Normalized) -> Double {
      zip(layer.y.values, weights.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let places = Normalized.Ranges(
      gain: 0..<columns, bias: columns..<2 * columns, offset: 2 * columns..<3 * columns)
    var (dx, gradient) = (
      numbers(3, columns, seed: 9), [Float](repeating: 0, count: 3 * columns)
    )
    var sums = gradient.mutableSpan
    forward(x, parameters).backward(
      dy: weights, gain: parameters.span.extracting(0..<columns), dx: &dx, replacing: true,
      gradient: &sums, places)
    checkGradient(gradient, at: parameters) { loss(forward(x, $0)) }
    checkGradient(dx.values, at: x.values) {
      loss(forward(Matrix(rows: 3, columns: columns, values: $0), parameters))
    }
  }

  @Test func gradientsAreAddedUp() {
    let (x, dy) = (numbers(4, 6, seed: 1), numbers(4, 6, seed: 2))
    let gain = numbers(1, 6, seed: 3).values
    let zeros = [Float](repeating: 0, count: 6)
    var layer = Normalized(rows: 4, columns: 6)
    layer.x = x
    layer.forward(before: nil, offset: zeros.span, gain: gain.span, bias: zeros.span)
    let places = Normalized.Ranges(gain: 0..<6, bias: 6..<12, offset: 12..<18)
    func run(_ dx: inout Matrix, _ gradient: inout [Float], replacing: Bool) {
      var sums = gradient.mutableSpan
      layer.backward(
        dy: dy, gain: gain.span, dx: &dx, replacing: replacing, gradient: &sums, places)
    }
    var (once, twice) = (Matrix(rows: 4, columns: 6, repeating: 9), Matrix(rows: 4, columns: 6))
    var (first, both) = ([Float](repeating: 0, count: 18), [Float](repeating: 0, count: 18))
    run(&once, &first, replacing: true)
    run(&twice, &both, replacing: false)
    run(&twice, &both, replacing: false)
    expectClose(twice.values, once.values.map { 2 * $0 }, tolerance: 1e-5)
    expectClose(both, first.map { 2 * $0 }, tolerance: 1e-5)
  }

  @Test(arguments: [0, 1, 7, 33])
  func biasesAreAddedToEveryRow(columns: Int) {
    let (x, bias) = (numbers(3, columns, seed: 1), numbers(1, columns, seed: 2).values)
    var y = x
    addBias(bias.span, to: &y)
    #expect(y.values == x.values.indices.map { x.values[$0] + bias[$0 % max(1, columns)] })
  }

  @Test(arguments: [0, 1, 7, 16, 33, 1_024])
  func weightedLossMatchesALoop(count: Int) {
    let output = numbers(1, count, seed: 1).values
    let (target, weight) = (
      numbers(1, count, seed: 2).values, numbers(1, count, seed: 3).values.map { abs($0) }
    )
    var gradient = [Float](repeating: 9, count: count)
    var slopes = gradient.mutableSpan
    let loss = weightedLoss(
      output.span, target: target.span, weight: weight.span, gradient: &slopes, scale: 0.25)
    let errors = zip(output, target).map { $0 - $1 }
    let expected = zip(errors, weight).reduce(0.0) { $0 + Double($1.1) * Double($1.0 * $1.0) }
    expectClose([loss], [0.25 * expected], tolerance: 1e-5)
    expectClose(gradient, zip(errors, weight).map { 0.5 * $0 * $1 }, tolerance: 1e-5)
  }

  @Test(arguments: [1, 7, 33])
  func posteriorWeightsAreASoftmax(centers: Int) {
    let (rows, points) = (numbers(4, 5, seed: 1), numbers(centers, 5, seed: 2))
    var weights = Matrix(rows: 4, columns: centers)
    multiply(rows, points, into: &weights, transposed: .right)
    let scales: [Float] = [0.1, 1, 10, 1_000]
    posteriorWeights(&weights, centerSquares: points.rowSquares(), scales: scales)
    for row in 0..<4 {
      let distances = (0..<centers).map { center in
        zip(rows.row(row), points.row(center)).reduce(0.0) {
          $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
        }
      }
      let nearest = distances.min() ?? 0
      let shares = distances.map { exponential(-($0 - nearest) * Double(scales[row])) }
      let total = shares.reduce(0, +)
      expectClose(
        Array(weights.row(row)), shares.map { Float($0 / total) },
        tolerance: scales[row] > 100 ? 1e-2 : 1e-4)
    }
  }

  @Test func shapesThatDoNotFitStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      var y = Matrix(rows: 2, columns: 3)
      addBias([Float](repeating: 0, count: 2).span, to: &y)
    }
    await #expect(processExitsWith: .failure) {
      var weights = Matrix(rows: 2, columns: 3)
      posteriorWeights(&weights, centerSquares: [1, 2], scales: [1, 1])
    }
    await #expect(processExitsWith: .failure) {
      var layer = Normalized(rows: 2, columns: 3)
      let three = [Float](repeating: 0, count: 3)
      layer.forward(before: nil, offset: three.span, gain: [Float]().span, bias: three.span)
    }
  }
}
