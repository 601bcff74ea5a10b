import Compute
import Neural
import TestSupport
import Testing

@Suite struct AdamWTests {
  private var options: AdamW.Options {
    var options = AdamW.Options()
    (options.learningRate, options.weightDecay) = (0.1, 0.01)
    (options.clipNorm, options.averaging) = (1e9, 0.5)
    return options
  }

  /// Printed by Fixtures/neural/adamw.py.
  @Test func agreesWithThePlainScript() {
    let golden: [[Float]] = [
      [0.899000001, -2.097999999, 0.399500002], [0.797974152, -2.099775635, 0.435334568],
      [0.713040849, -2.085894981, 0.400952577], [0.683609881, -2.113039361, 0.423097111],
      [0.692647199, -2.116356091, 0.401153805],
    ]
    var parameters: [Float] = [1, -2, 0.5]
    var optimizer = AdamW(options, parameters: parameters)
    for number in 1...5 {
      let gradient = (1...3).map { Float(sine(Double(number * $0)) * Double($0)) }
      step(&optimizer, &parameters, [gradient])
      expectClose(parameters, golden[number - 1], tolerance: 2e-6)
    }
  }

  @Test func averageIsTheMeanOfTheFirstSteps() {
    var parameters: [Float] = [0]
    var optimizer = AdamW(options, parameters: parameters)
    var seen: [Float] = []
    for _ in 0..<2 {
      step(&optimizer, &parameters, [[1]])
      seen.append(parameters[0])
    }
    expectClose(optimizer.average, [(seen[0] + seen[1]) / 2], tolerance: 1e-6)
  }

  @Test func passesOverGradientsThatAreNotFinite() {
    var parameters: [Float] = [1, 2]
    var optimizer = AdamW(options, parameters: parameters)
    let moved = step(&optimizer, &parameters, [[.nan, 1]])
    #expect(!moved)
    #expect(parameters == [1, 2] && optimizer.step == 0)
  }

  @Test func clipsByTheGlobalNorm() {
    var clipped = options
    clipped.clipNorm = 1
    let clippedSteps = parametersAfter([[[30, 40]], [[0.3, -0.4]]], clipped)
    expectClose(
      clippedSteps, parametersAfter([[[0.6, 0.8]], [[0.3, -0.4]]], options), tolerance: 1e-6)
    #expect(clippedSteps != parametersAfter([[[30, 40]], [[0.3, -0.4]]], options))
  }

  @Test func sumsTheShardsInTheirOrder() {
    let whole = parametersAfter([[[3, 1]], [[-1, 4]]], options)
    expectClose(
      parametersAfter([[[1, 3], [2, -2]], [[-4, 0], [3, 4]]], options), whole, tolerance: 1e-6)
  }

  @Test func isTheSameForAnyNumberOfThreads() {
    let shards = (0..<3).map { shard in
      (0..<70_000).map { Float(sine(Double(shard * 70_000 + $0))) }
    }
    #expect(
      parametersAfter([shards], options, threads: 1)
        == parametersAfter([shards], options, threads: 4))
  }

  @Test(arguments: [(0, 0.1), (4, 0.5), (9, 1.0), (10, 1.0), (60, 0.5), (110, 0.0), (200, 0.0)])
  func cosineWarmsUpAndDecays(step: Int, expected: Double) {
    let schedule = LearningRateSchedule(warmUp: 10, total: 110)
    #expect(abs(Double(schedule.rate(at: step)) - expected) < 1e-6)
  }

  /// The parameters, from zeros, after one step for each list of shards.
  private func parametersAfter(
    _ steps: [[[Float]]], _ options: AdamW.Options, threads: Int = 1
  ) -> [Float] {
    var parameters = [Float](repeating: 0, count: steps[0][0].count)
    var optimizer = AdamW(options, parameters: parameters)
    for shards in steps { step(&optimizer, &parameters, shards, threads: threads) }
    return parameters
  }

  @discardableResult
  private func step(
    _ optimizer: inout AdamW, _ parameters: inout [Float], _ shards: [[Float]], threads: Int = 1
  ) -> Bool {
    var gradients = Matrix(
      rows: shards.count, columns: parameters.count, values: shards.flatMap(\.self))
    return optimizer.update(&parameters, &gradients, rate: 1, threads: threads)
  }
}
