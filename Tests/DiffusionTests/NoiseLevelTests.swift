import Compute
import Diffusion
import TestSupport
import Testing

@Suite struct NoiseLevelTests {
  @Test func levelsHaveAUnit() {
    #expect(NoiseLevel.encoded(0.5).sigma(deviation: 8) == 0.5)
    #expect(NoiseLevel.relative(0.5).sigma(deviation: 8) == 4)
    #expect(NoiseLevel.encoded(0.5).variance(of: 64) == 0.25)
    #expect(NoiseLevel.relative(0.5).variance(of: 64) == 16)
  }

  @Test(arguments: [(0.02, 3), (0.03, 2), (1e-4, 1e4)] as [(Float, Float)])
  func rangesAreLogUniform(minimum: Float, maximum: Float) {
    let range = NoiseRange(minimum, maximum)
    let sigmas = (0...10).map { range.sigma(at: Double($0) / 10) }
    expectClose([sigmas[0], sigmas[10]], [minimum, maximum], tolerance: 1e-5)
    let ratios = zip(sigmas, sigmas.dropFirst()).map { $1 / $0 }
    expectClose(ratios, [Float](repeating: ratios[0], count: 10), tolerance: 1e-5)
    #expect(ratios[0] > 1)
  }

  @Test func aRangeRisesFromAboveZero() async {
    await #expect(processExitsWith: .failure) { _ = NoiseRange(0, 1) }
    await #expect(processExitsWith: .failure) { _ = NoiseRange(2, 1) }
  }

  /// F starts at zero, and D goes from the input to the scaled-down input as the noise grows.
  @Test func preconditioningGoesFromTheInputToNothing() {
    let sigmas: [Float] = [1e-3, 0.02, 0.5, 1, 3, 1e3]
    let factors = sigmas.map { Preconditioning(sigma: $0, sigmaData: 1) }
    #expect(zip(factors, factors.dropFirst()).allSatisfy { $0.cSkip > $1.cSkip })
    #expect(zip(factors, factors.dropFirst()).allSatisfy { $0.cOut < $1.cOut })
    #expect(abs(factors[0].cSkip - 1) < 1e-5 && factors[5].cSkip < 1e-5)
    #expect(factors[0].cOut < 2e-3 && abs(factors[5].cOut - 1) < 1e-5)
  }

  private static let rows = planarRows(600, columns: 4, seed: 1)

  private static let estimator: NoiseLevelEstimator = {
    var options = TrainingOptions.noiseLevels
    (options.steps, options.batch) = (200, 64)
    return .fit(to: rows, heldOut: Matrix(rows: 0, columns: 4), options: options)
  }()

  private func mean(_ levels: [Float]) -> Float { levels.reduce(0, +) / Float(levels.count) }

  @Test func moreNoiseIsTold() {
    let fresh = planarRows(200, columns: 4, seed: 2)
    let noise = Matrix.gaussian(rows: 200, columns: 4, seed: 3, stream: 0)
    let means = [0, 0.1, 0.4, 1.6].map { (sigma: Float) -> Float in
      var noised = fresh
      for index in noised.values.indices { noised.values[index] += sigma * noise.values[index] }
      return mean(Self.estimator.levels(of: noised))
    }
    #expect(zip(means, means.dropFirst()).allSatisfy { $0 + 0.2 < $1 }, "\(means)")
  }

  /// A row off the plane holds no noise, and looks as if it did.
  @Test func aRowBesideTheOthersLooksNoised() {
    let fresh = planarRows(200, columns: 4, seed: 2)
    var broken = fresh
    for row in 0..<200 { broken[row, row % 4] += 1.5 }
    let (normal, odd) = (Self.estimator.levels(of: fresh), Self.estimator.levels(of: broken))
    #expect(zip(normal, odd).count { $0 < $1 } > 180)
  }
}
