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
    for step in 1...5 {
      var gradient = (1...3).map { Float(sine(Double(step * $0)) * Double($0)) }
      optimizer.update(&parameters, &gradient, rate: 1)
      expectClose(parameters, golden[step - 1], tolerance: 2e-6)
    }
  }

  @Test func averageIsTheMeanOfTheFirstSteps() {
    var parameters: [Float] = [0]
    var optimizer = AdamW(options, parameters: parameters)
    var seen: [Float] = []
    for _ in 0..<2 {
      var gradient: [Float] = [1]
      optimizer.update(&parameters, &gradient, rate: 1)
      seen.append(parameters[0])
    }
    expectClose(optimizer.average, [(seen[0] + seen[1]) / 2], tolerance: 1e-6)
  }

  @Test func passesOverGradientsThatAreNotFinite() {
    var parameters: [Float] = [1, 2]
    var optimizer = AdamW(options, parameters: parameters)
    var gradient: [Float] = [.nan, 1]
    #expect(!optimizer.update(&parameters, &gradient, rate: 1))
    #expect(parameters == [1, 2] && optimizer.skipped == 1 && optimizer.step == 0)
  }

  @Test func clipsByTheGlobalNorm() {
    var clipped = options
    clipped.clipNorm = 1
    var (parameters, gradient): ([Float], [Float]) = ([0, 0], [30, 40])
    var optimizer = AdamW(clipped, parameters: parameters)
    optimizer.update(&parameters, &gradient, rate: 1)
    expectClose(gradient, [0.6, 0.8], tolerance: 1e-6)
  }

  @Test(arguments: [(0, 0.1), (4, 0.5), (9, 1.0), (10, 1.0), (60, 0.5), (110, 0.0), (200, 0.0)])
  func cosineWarmsUpAndDecays(step: Int, expected: Double) {
    let schedule = LearningRateSchedule.cosineDecay(warmUp: 10, total: 110)
    #expect(abs(Double(schedule.rate(at: step)) - expected) < 1e-6)
    #expect(LearningRateSchedule.constant.rate(at: step) == 1)
  }

  @Test func embeddingsOfNearLevelsAreNear() {
    let embedding = NoiseEmbedding(features: 16)
    let (a, b, c) = (embedding(sigma: 0.1), embedding(sigma: 0.101), embedding(sigma: 1))
    #expect(a.count == 16 && a.allSatisfy { abs($0) <= 1 })
    let near = zip(a, b).map { abs($0 - $1) }.max() ?? 1
    let far = zip(a, c).map { abs($0 - $1) }.max() ?? 0
    #expect(near < 0.05 && far > 0.5)
  }
}
