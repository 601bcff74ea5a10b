import Compute
import Diffusion
import TestSupport
import Testing

@Suite struct WienerFilterTests {
  /// Five features of which the last is noise of little height, and the first two go together.
  private func rows(_ count: Int) -> Matrix {
    var rows = Matrix.gaussian(rows: count, columns: 5, seed: 1, stream: 2)
    for row in 0..<count {
      rows[row, 1] = rows[row, 0] + 0.1 * rows[row, 1]
      rows[row, 4] *= 0.05
    }
    return rows.adding([3, 3, 0, -1, 2])
  }

  private func variances(_ rows: Matrix) -> [Float] {
    rows.columnMoments().map { Float($0.variance) }
  }

  @Test func isTheWienerDenoiserWithoutItsLossOfVariance() throws {
    let rows = rows(400)
    let filter = try #require(WienerFilter.fit(to: rows, at: .relative(0.5)))
    let filtered = filter.denoise(rows)
    let usual = variances(rows).reduce(0, +) / 5
    let gaussian = WindowGaussian.fit(to: rows)
    let sigma = 0.5 * usual.squareRoot()
    let denoised = WindowGaussianDenoiser(gaussian, at: .encoded(sigma), centersWindows: false)
      .denoise(rows, sigma: sigma).adding(gaussian.mean, scale: -1)
    let scale = (5 * usual / variances(denoised).reduce(0, +)).squareRoot()
    expectClose(filtered.values, denoised.values.map { $0 * scale }, tolerance: 1e-3)
  }

  /// Without noise nothing is filtered but the mean.
  @Test func returnsItsInputAsNoiseVanishes() throws {
    let rows = rows(400)
    let filter = try #require(WienerFilter.fit(to: rows, at: .relative(1e-4)))
    expectClose(
      filter.denoise(rows).values, rows.adding(filter.mean, scale: -1).values, tolerance: 1e-3)
  }

  @Test func whatHardlyVariesCountsForLess() throws {
    let before = rows(400)
    let filter = try #require(WienerFilter.fit(to: before, at: .relative(0.5)))
    let after = filter.denoise(before)
    let (old, new) = (variances(before), variances(after))
    #expect(new[4] < 0.01 * old[4] && new[2] > 0.7 * old[2])
    expectClose([new.reduce(0, +)], [old.reduce(0, +)], tolerance: 1e-3)
  }

  @Test func whatNeverVariedPassesAsItIs() throws {
    var rows = rows(400)
    for row in 0..<400 { rows[row, 2] = 7 }
    let filter = try #require(WienerFilter.fit(to: rows, at: .relative(0.5)))
    var novel = rows.selecting(rows: [0, 0])
    novel[1, 2] = 11
    let filtered = filter.denoise(novel)
    expectClose([filtered[1, 2] - filtered[0, 2]], [4], tolerance: 1e-4)
  }

  @Test func rowsThatAreTooFewOrNeverVaryHaveNone() {
    #expect(WienerFilter.fit(to: rows(5), at: .relative(0.5)) == nil)
    #expect(
      WienerFilter.fit(to: Matrix(rows: 9, columns: 3, repeating: 2), at: .relative(0.5)) == nil)
  }
}
