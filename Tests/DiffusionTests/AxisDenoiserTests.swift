import Compute
import Diffusion
import Neural
import TestSupport
import Testing

@Suite struct AxisDenoiserTests {
  private static let level = NoiseLevel.relative(0.25)

  /// Windows of waves whose sign decides their height, which no Gaussian can know.
  private let centered: Matrix
  private let gaussian: WindowGaussian

  init() {
    let series = Matrix(
      rows: 1_500, columns: 1,
      values: (0..<1_500).map { row in
        let value = sine(Double(row) / 5)
        return Float(value > 0 ? 2 * value : value * value)
      })
    let cutter = WindowCutter(length: 24, channels: 1)
    let windows = cutter.windows(of: series, at: cutter.starts(in: series.rows, stride: 1))
    gaussian = WindowGaussian.fit(to: windows)
    centered = windows.adding(gaussian.mean, scale: -1)
  }

  private func denoiser(steps: Int) -> AxisDenoiser {
    var options = TrainingOptions.windows
    options.steps = steps
    return AxisDenoiser.fit(
      to: centered, gaussian, at: Self.level, width: 32, blocks: 2, seed: 1,
      by: Trainer(options))
  }

  private func whitened(_ windows: Matrix) -> Matrix {
    var residuals = windows
    multiply(windows, gaussian.whitening(at: Self.level), into: &residuals)
    return residuals
  }

  /// The mean squared error of y - noise² Q^(1/2) r, which is what r brings a noised window back to.
  private func error(_ residuals: Matrix, _ noised: Matrix, noise: Float) -> Float {
    let back = whitened(residuals)
    return noised.values.indices.reduce(Float(0)) { sum, index in
      let denoised = noised.values[index] - noise * noise * back.values[index]
      return sum + (denoised - centered.values[index]) * (denoised - centered.values[index])
    }
  }

  @Test func aTrainedNetworkBringsCurvedWavesBackBetterThanTheirGaussian() {
    let denoiser = denoiser(steps: 400)
    var noised = Matrix.gaussian(rows: centered.rows, columns: 24, seed: 5, stream: 1)
    for index in noised.values.indices {
      noised.values[index] = centered.values[index] + denoiser.noise * noised.values[index]
    }
    let closed = whitened(noised)
    var neural = closed
    denoiser.correct(&neural, of: noised)
    let (before, after) = (
      error(closed, noised, noise: denoiser.noise), error(neural, noised, noise: denoiser.noise)
    )
    #expect(after < 0.8 * before, "\(after) against \(before)")
  }

  @Test func aNetworkThatAnswersNothingChangesNothing() {
    let trained = denoiser(steps: 1)
    let network = trained.trained.network
    let silent = AxisDenoiser(
      axes: trained.axes, variances: trained.variances, noise: trained.noise,
      trained: TrainedNetwork(
        network: network, parameters: network.initialParameters(seed: 1),
        history: trained.trained.history))
    let closed = whitened(centered)
    var residuals = closed
    silent.correct(&residuals, of: centered)
    expectClose(residuals.values, closed.values, tolerance: 1e-6)
  }

  @Test func axesAreThoseOfTheCovariance() {
    let denoiser = denoiser(steps: 1)
    var scaled = denoiser.axes
    for index in scaled.values.indices { scaled.values[index] *= denoiser.variances[index % 24] }
    var back = scaled
    multiply(scaled, denoiser.axes, into: &back, transposed: .right)
    expectClose(back.values, gaussian.covariance.single.values, tolerance: 1e-3)
  }
}
