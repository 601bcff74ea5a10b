import Compute
import TestSupport
import Testing

/// The walk over all parameters against a plain loop; it goes in runs of 16,384.
@Suite struct OptimizerKernelTests {
  private static let counts = [1, 7, 16_384, 16_385, 40_000]

  private func numbers(_ count: Int, seed: UInt64) -> [Float] {
    Matrix.gaussian(rows: 1, columns: count, seed: seed, stream: 5).values
  }

  @Test(arguments: counts, [1, 3])
  func stepsMatchTheFormula(count: Int, threads: Int) {
    let settings = AdamWStep(
      step: 3, learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1,
      gradientScale: 0.5, averaging: 0.75)
    let (parameters, average) = (numbers(count, seed: 1), numbers(count, seed: 2))
    let (m, gradient) = (numbers(count, seed: 3), numbers(count, seed: 5))
    let v = numbers(count, seed: 4).map { $0 * $0 }
    var (newParameters, newAverage, newM, newV) = (parameters, average, m, v)
    adamW(
      settings, parameters: &newParameters, average: &newAverage, m: &newM, v: &newV,
      gradient: Matrix(rows: 1, columns: count, values: gradient), threads: threads)
    let places = Array(Set([0, 5, 16_383, 16_384, count - 1])).filter { $0 < count }
    for index in places {
      let g = 0.5 * Double(gradient[index])
      let first = 0.9 * Double(m[index]) + 0.1 * g
      let second = 0.99 * Double(v[index]) + 0.01 * g * g
      let (mean, square) = (first / (1 - 0.9 * 0.9 * 0.9), second / (1 - 0.99 * 0.99 * 0.99))
      let decayed = Double(parameters[index]) * (1 - 0.01 * 0.1)
      let moved = decayed - 0.01 * mean / (square.squareRoot() + 1e-6)
      expectClose([newM[index], newV[index]], [Float(first), Float(second)], tolerance: 1e-5)
      expectClose([newParameters[index]], [Float(moved)], tolerance: 1e-5)
      let averaged = 0.75 * Double(average[index]) + 0.25 * moved
      expectClose([newAverage[index]], [Float(averaged)], tolerance: 1e-5)
    }
  }

  @Test(arguments: counts, [1, 2, 5])
  func shardsAreSummedIntoTheFirst(count: Int, shards: Int) {
    let values = numbers(count * shards, seed: 6)
    var sum = Matrix(rows: shards, columns: count, values: values)
    let squares = sumShards(&sum, threads: 2)
    let expected = (0..<count).map { column in
      (0..<shards).reduce(Float(0)) { $0 + values[$1 * count + column] }
    }
    expectClose(Array(sum.row(0)), expected, tolerance: 1e-5)
    let total = expected.reduce(0.0) { $0 + Double($1) * Double($1) }
    expectClose([squares], [total], tolerance: 1e-5)
  }

  /// Each shard sees its own row, whoever works on it.
  @Test(arguments: [0, 1, 5], [1, 2, 16])
  func everyShardGetsItsOwnRow(count: Int, threads: Int) {
    var shards = Array(0..<count)
    var results = Matrix(rows: count, columns: 3)
    forEachShard(&shards, &results, threads: threads) { shard, result in
      for column in 0..<3 { result[column] = Float(10 * shard + column) }
      shard += 100
    }
    #expect(shards == (0..<count).map { $0 + 100 })
    for shard in 0..<count {
      let first = Float(10 * shard)
      #expect(results.row(shard) == [first, first + 1, first + 2])
    }
  }
}
