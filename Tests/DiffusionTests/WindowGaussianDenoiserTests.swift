import Compute
import Diffusion
import TestSupport
import Testing

/// The closed form of windows against its formulas, solved as full systems in double precision.
@Suite struct WindowGaussianDenoiserTests {
  private static let sigma: Float = 0.3
  private let windows: Matrix
  private let gaussian: WindowGaussian
  private let denoiser: WindowGaussianDenoiser
  /// C + σ² I.
  private let noised: DoubleMatrix

  init() {
    let cutter = WindowCutter(length: 12, channels: 1)
    let series = wave(300, seed: 1)
    windows = cutter.windows(of: series, at: cutter.starts(in: series.rows, stride: 1))
    gaussian = WindowGaussian.fit(to: windows)
    denoiser = WindowGaussianDenoiser(
      gaussian, at: .encoded(Self.sigma), centersWindows: false)
    noised = gaussian.covariance.addingToDiagonal(Double(Self.sigma) * Double(Self.sigma))
  }

  private func centered(_ window: Int) -> DoubleMatrix {
    DoubleMatrix(
      rows: 12, columns: 1,
      values: zip(windows.row(window), gaussian.mean).map { Double($0) - Double($1) })
  }

  /// μ + C (C + σ² I)^-1 (x - μ).
  @Test func isWienersEstimate() throws {
    let denoised = denoiser.denoise(windows, sigma: Self.sigma)
    for window in [0, 33, 200] {
      let solved = try #require(solvePositive(noised, centered(window)))
      let estimate = product(gaussian.covariance, solved)
      let expected = (0..<12).map { gaussian.mean[$0] + Float(estimate[$0, 0]) }
      expectClose(Array(denoised.row(window)), expected, tolerance: 1e-4)
    }
  }

  /// The density is (x - μ)' Q (x - μ) / length, and the residuals are what (x - D) / σ² is with one
  /// root of Q taken off.
  @Test func residualsAreTheWhitenedErrors() throws {
    let result = denoiser.reconstruct(windows, explains: false)
    let denoised = denoiser.denoise(windows, sigma: Self.sigma)
    let root = SymmetricEigen(of: noised).applying { max(0, $0).squareRoot() }
    for window in [0, 33, 200] {
      let solved = try #require(solvePositive(noised, centered(window)))
      let distance = product(centered(window), solved, transposed: .left)[0, 0]
      expectClose([result.density[window]], [Float(distance / 12)], tolerance: 1e-3)
      let pull = DoubleMatrix(
        rows: 12, columns: 1,
        values: (0..<12).map {
          Double(windows[window, $0] - denoised[window, $0]) / Double(Self.sigma * Self.sigma)
        })
      let whitened = product(root, pull)
      expectClose(
        Array(result.residuals.row(window)), (0..<12).map { Float(whitened[$0, 0]) },
        tolerance: 1e-3)
    }
    #expect(result.expected == nil)
  }

  /// E[x_j | all others] under the noised Gaussian, from the covariance of the others.
  @Test func whatIsExpectedOfAPointIsItsConditionalMean() throws {
    let expected = try #require(denoiser.reconstruct(windows, explains: true).expected)
    for (window, point) in [(0, 0), (33, 5), (200, 11)] {
      let others = (0..<12).filter { $0 != point }
      var (system, cross) = (
        DoubleMatrix(rows: 11, columns: 11), DoubleMatrix(rows: 11, columns: 1)
      )
      for (i, a) in others.enumerated() {
        cross[i, 0] = noised[a, point]
        for (j, b) in others.enumerated() { system[i, j] = noised[a, b] }
      }
      let gain = try #require(solvePositive(system, cross))
      let deviations = centered(window)
      let mean = others.enumerated().reduce(Double(gaussian.mean[point])) {
        $0 + gain[$1.offset, 0] * deviations[$1.element, 0]
      }
      expectClose([expected[window, point]], [Float(mean)], tolerance: 1e-3)
    }
  }

  @Test func centeredWindowsDoNotKnowTheirLevel() {
    let level = windows.centeringRows(over: 12)
    let centering = WindowGaussianDenoiser(
      WindowGaussian.fit(to: level), at: .relative(0.3), centersWindows: true)
    let here = centering.reconstruct(windows, explains: false)
    let raised = windows.adding([Float](repeating: 7, count: 12))
    let there = centering.reconstruct(raised, explains: false)
    expectClose(there.density, here.density, tolerance: 1e-2)
    expectClose(
      centering.denoise(raised, sigma: 0.1).values,
      centering.denoise(windows, sigma: 0.1).values.map { $0 + 7 }, tolerance: 1e-4)
  }

  @Test func relativeNoiseIsInUnitsOfTheDeviation() {
    let sigma = 0.12 * gaussian.deviation
    #expect(gaussian.whitening(at: .relative(0.12)) == gaussian.whitening(at: .encoded(sigma)))
    #expect(NoiseLevel.relative(0.5).sigma(deviation: 3) == 1.5)
    #expect(NoiseLevel.encoded(0.5).sigma(deviation: 3) == 0.5)
    #expect(NoiseLevel.relative(0.5).variance(of: 9) == 2.25)
    #expect(NoiseLevel.encoded(0.5).variance(of: 9) == 0.25)
  }

  /// The forecast is the conditional mean, the error in units of what remains uncertain.
  @Test(arguments: [1, 4])
  func hiddenPointsAreForecast(hidden: Int) throws {
    let condition = WindowCondition(gaussian, hidden: hidden, at: .relative(0.12))
    let result = try #require(condition.reconstruct(windows, with: nil).first)
    let seen = 12 - hidden
    let level = windows.centeringRows(over: seen)
    let expected = condition.expectation(level.adding(gaussian.mean, scale: -1))
    for window in [0, 33, 200] {
      for point in 0..<hidden {
        let mean = windows[window, 0] - level[window, 0]
        let forecast = expected[window, point] + gaussian.mean[seen + point] + mean
        expectClose([result.forecasts[window, point]], [forecast], tolerance: 1e-4)
        let residual = windows[window, seen + point] - forecast
        expectClose(
          [result.errors[window, point]], [residual * residual / condition.variance[point]],
          tolerance: 1e-3)
      }
    }
  }
}
