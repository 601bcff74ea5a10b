import Compute
import Diffusion
import Neural
import TestSupport
import Testing

/// One set of laws for every denoiser.
@Suite struct DenoiserTests {
  private static let baseline = planarRows(400, columns: 5, seed: 1)
  private static let fresh = planarRows(64, columns: 5, seed: 2)

  static let denoisers: [any Denoiser] = [
    WienerDenoiser.fit(to: baseline), EmpiricalDenoiser(NearestRows(baseline)),
    LocalGaussianDenoiser(NearestRows(baseline)), trained,
  ]

  static let trained: NeuralDenoiser = {
    var options = TrainingOptions.rows
    (options.steps, options.batch) = (200, 64)
    return NeuralDenoiser.fit(to: baseline, heldOut: fresh, options: options)
  }()

  private func meanError(_ a: Matrix, _ b: Matrix) -> Float {
    a.rowSquaredDistances(to: b).reduce(0, +) / Float(a.rows)
  }

  @Test(arguments: denoisers.indices)
  func takesNoiseAway(which: Int) {
    let noise = Matrix.gaussian(rows: 64, columns: 5, seed: 3, stream: 0)
    var noised = Self.fresh
    for index in noised.values.indices { noised.values[index] += 0.5 * noise.values[index] }
    let denoised = Self.denoisers[which].denoise(noised, sigma: 0.5)
    #expect(meanError(denoised, Self.fresh) < 0.8 * meanError(noised, Self.fresh))
  }

  @Test(arguments: denoisers.indices)
  func bringsNormalRowsBackBetterThanBrokenOnes(which: Int) {
    var broken = Self.fresh
    for row in 0..<64 { broken[row, 2] = Self.fresh[(row + 17) % 64, 2] }
    let denoiser = Self.denoisers[which]
    let normal = meanError(denoiser.denoise(Self.fresh, sigma: 0.4), Self.fresh)
    let anomalous = meanError(denoiser.denoise(broken, sigma: 0.4), broken)
    #expect(anomalous > 2 * normal)
  }

  @Test func wienerReturnsItsInputWithoutNoiseAndTheMeanUnderMuch() {
    let wiener = WienerDenoiser.fit(to: Self.baseline)
    expectClose(
      wiener.denoise(Self.fresh, sigma: 1e-4).values, Self.fresh.values, tolerance: 1e-3)
    let far = wiener.denoise(Self.fresh, sigma: 1e4)
    for row in 0..<64 { expectClose(Array(far.row(row)), wiener.mean, tolerance: 1e-3) }
  }

  @Test func empiricalReturnsABaselineRowItIsGiven() {
    let empirical = EmpiricalDenoiser(NearestRows(Self.baseline))
    let rows = Self.baseline.selecting(rows: [3, 99])
    expectClose(empirical.denoise(rows, sigma: 0.01).values, rows.values, tolerance: 1e-3)
  }

  @Test func neuralReturnsItsInputAsNoiseVanishes() {
    expectClose(
      Self.trained.denoise(Self.fresh, sigma: 1e-3).values, Self.fresh.values, tolerance: 1e-2)
  }

  @Test func trainingRepeatsForASeedAndLowersTheLoss() {
    var options = TrainingOptions.rows
    (options.steps, options.batch) = (60, 32)
    let empty = Matrix(rows: 0, columns: 5)
    let first = NeuralDenoiser.fit(to: Self.baseline, heldOut: empty, options: options)
    let second = NeuralDenoiser.fit(to: Self.baseline, heldOut: empty, options: options)
    #expect(first.trained.parameters == second.trained.parameters)
    #expect(first.trained.history.steps == 60 && !first.trained.history.stoppedEarly)
    let held = Self.trained.trained.history.heldOutLoss ?? 9
    #expect(held < 0.8, "an untrained network has a loss of about 1, this one \(held)")
  }

  @Test func prototypesAreMeansOfTheirRows() {
    let two = Matrix(rows: 6, columns: 1, values: [0, 0.2, 0.1, 5, 5.1, 5.2])
    let prototypes = Prototypes.fit(to: two, count: 2, seed: 3)
    expectClose(prototypes.centers.values.sorted(), [0.1, 5.1], tolerance: 1e-5)
    let near = prototypes.posteriorMean(
      of: Matrix(rows: 1, columns: 1, values: [4]), sigmas: [0.1])
    expectClose(near.values, [5.1], tolerance: 1e-4)
  }

  @Test func trainingStopsWhenHeldOutRowsGetWorse() {
    var options = TrainingOptions.rows
    (options.steps, options.batch) = (2_000, 16)
    (options.evaluationInterval, options.patience) = (10, 3)
    let few = Self.baseline.selecting(rows: Array(0..<8))
    let fit = NeuralDenoiser.fit(to: few, heldOut: Self.fresh, options: options)
    #expect(fit.trained.history.stoppedEarly && fit.trained.history.steps < 2_000)
  }
}
