import Compute
import Diffusion
import TestSupport
import Testing

@Suite struct NoiseScheduleTests {
  static let schedules: [NoiseSchedule] = [
    .logUniform, .karras(rho: 7), .linearBeta(minimum: 0.1, maximum: 20), .cosine,
  ]

  @Test(arguments: schedules)
  func fallsFromTheGreatestToTheLeast(schedule: NoiseSchedule) {
    let sigmas = schedule.sigmas(9, from: 3, to: 0.02)
    expectClose([sigmas[0], sigmas[8]], [3, 0.02], tolerance: 1e-5)
    #expect(zip(sigmas, sigmas.dropFirst()).allSatisfy { $0 > $1 })
    #expect(schedule.sigmas(1, from: 3, to: 0.02) == [3])
  }

  // numpy: (80**(1/7) + i/4 * (0.002**(1/7) - 80**(1/7)))**7, Karras et al. 2022, equation 5
  @Test func karrasAgreesWithItsFormula() {
    expectClose(
      NoiseSchedule.karras(rho: 7).sigmas(5, from: 80, to: 0.002),
      [80, 17.5278, 2.51519, 0.169754, 0.002], tolerance: 1e-4)
  }

  @Test func logUniformHasEqualRatios() {
    expectClose(
      NoiseSchedule.logUniform.sigmas(4, from: 8, to: 1), [8, 4, 2, 1], tolerance: 1e-6)
  }

  @Test func preconditioningKeepsVariancesAtOne() {
    for sigma in [Float(0.02), 0.5, 3] {
      let factors = Preconditioning(sigma: sigma, sigmaData: 0.7)
      let total = sigma * sigma + 0.49
      expectClose([factors.cIn * factors.cIn * total], [1], tolerance: 1e-5)
      // The target (x - cSkip y) / cOut has variance 1 when x has variance sigmaData^2.
      let residual = (1 - factors.cSkip) * (1 - factors.cSkip) * 0.49
      let noise = factors.cSkip * factors.cSkip * sigma * sigma
      expectClose([(residual + noise) / (factors.cOut * factors.cOut)], [1], tolerance: 1e-4)
    }
  }

  @Test func noiseMustBeAboveZero() async {
    await #expect(processExitsWith: .failure) { _ = Preconditioning(sigma: 0, sigmaData: 1) }
  }
}
