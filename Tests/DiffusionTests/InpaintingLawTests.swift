import Compute
import Diffusion
import TestSupport
import Testing

/// Hiding rows of a window, against the distances it is defined by.
@Suite struct InpaintingLawTests {
  private static let length = 60

  /// Of windows as they are and of windows less their means.
  private static let inpainters: [WindowInpainter] = [false, true].map { centers in
    let cutter = WindowCutter(length: length, channels: 1)
    let series = wave(900, noise: 0.2, seed: 1)
    let windows = cutter.windows(of: series, at: cutter.starts(in: series.rows, stride: 1))
    let denoiser = WindowGaussianDenoiser(
      WindowGaussian.fit(to: windows), at: .relative(0.3), centersWindows: centers)
    return WindowInpainter(
      whitening: denoiser.whitening, mean: denoiser.mean, centersWindows: centers)
  }

  private let window = wave(60, noise: 0.5, seed: 3).values

  /// (x - mean)' M (x - mean), written out.
  private func distance(_ window: [Float], _ inpainter: WindowInpainter) -> Double {
    let centered = zip(window, inpainter.mean).map { Double($0) - $1 }
    var sum = 0.0
    for row in centered.indices {
      for column in centered.indices {
        sum += centered[row] * inpainter.precision[row, column] * centered[column]
      }
    }
    return sum
  }

  private static let hidden: [[Int]] = [[0], [59], [20, 21, 22, 23], [3, 17, 40], Array(10..<40)]

  @Test(arguments: 0..<2, hidden)
  func theGainIsWhatTheDistanceFallsBy(_ number: Int, rows: [Int]) {
    let inpainter = Self.inpainters[number]
    let gradient = inpainter.gradient(of: window)
    let correction = inpainter.correction(hiding: rows, gradient: gradient)
    var restored = window
    for (row, change) in zip(rows, correction) { restored[row] -= Float(change) }
    let gains = inpainter.gains(hiding: rows, gradient: gradient)
    let fall = distance(window, inpainter) - distance(restored, inpainter)
    expectClose([gains.last ?? 0], [fall], tolerance: 1e-3)
    #expect(zip(gains, gains.dropFirst()).allSatisfy { $0 <= $1 })
    // No other values of the hidden rows fit the rest better.
    for row in rows {
      for step: Float in [-0.05, 0.05] {
        var other = restored
        other[row] += step
        #expect(distance(other, inpainter) >= distance(restored, inpainter) - 1e-6)
      }
    }
  }

  @Test(arguments: 0..<2)
  func gainsOfAPrefixAreThoseOfFewerRows(_ number: Int) {
    let inpainter = Self.inpainters[number]
    let gradient = inpainter.gradient(of: window)
    let all = inpainter.gains(hiding: Array(12..<30), gradient: gradient)
    for count in [1, 2, 9, 18] {
      let few = inpainter.gains(hiding: Array(12..<12 + count), gradient: gradient)
      expectClose(few, Array(all.prefix(count)), tolerance: 1e-6)
    }
  }

  /// The covariance of what is hidden is what the Gaussian leaves open.
  @Test(arguments: 0..<2)
  func theCovarianceUndoesThePrecision(_ number: Int) throws {
    let inpainter = Self.inpainters[number]
    let rows = [4, 5, 6, 31]
    let covariance = inpainter.covariance(hiding: rows)
    let gradient = rows.map { inpainter.gradient(of: window)[$0] }
    let product = (0..<4).map { row in
      (0..<4).reduce(0.0) { $0 + covariance[row, $1] * gradient[$1] }
    }
    let correction = inpainter.correction(
      hiding: rows, gradient: inpainter.gradient(of: window))
    expectClose(product, correction, tolerance: 1e-6)
  }

  private static let plan = SearchPlan(
    window: length, longest: 40, strides: [1, 4, 7], levelStride: 5)

  @Test(arguments: 0..<2)
  func tablesGiveTheGainsOfEveryStretch(_ number: Int) {
    var inpainter = Self.inpainters[number]
    let gradient = inpainter.gradient(of: window)
    let tables = inpainter.searchTables(Self.plan)
    #expect(tables.scans.map(\.length) == [16, 30, 30])
    for scan in tables.scans {
      let gains = scan.gains(gradient)
      for (index, start) in scan.starts.enumerated() {
        let expected = inpainter.gains(
          hiding: Array(start..<start + scan.length), gradient: gradient)
        expectClose(Array(gains.row(index)), expected.map { Float($0) }, tolerance: 2e-3)
      }
    }
  }

  /// The same from one system of equations: the hidden rows and the constant that all rows behind
  /// them moved by.
  @Test(arguments: 0..<2)
  func changesOfLevelMatchLeastSquares(_ number: Int) throws {
    var inpainter = Self.inpainters[number]
    var moved = window
    for row in 33..<60 { moved[row] += 2 }
    let gradient = inpainter.gradient(of: moved)
    let scan = inpainter.searchTables(Self.plan).levels
    let (gains, shifts) = scan.gains(gradient)
    #expect(scan.starts.count > 5 && scan.width == SearchPlan.mostTransition + 1)
    for (index, start) in scan.starts.enumerated() {
      for k in [0, 1, 5, scan.width - 1] {
        var directions = (start..<start + k).map { row in (0..<60).map { $0 == row ? 1.0 : 0 } }
        directions.append((0..<60).map { $0 >= start + k ? 1 : 0 })
        let (gain, shift) = try leastSquares(directions, inpainter, gradient)
        expectClose([gains[index, k]], [Float(gain)], tolerance: 5e-3)
        expectClose([shifts[index, k]], [Float(shift)], tolerance: 5e-3)
      }
    }
  }

  /// What the distance falls by at best when multiples of the directions are taken off, and the last
  /// multiple.
  private func leastSquares(
    _ directions: [[Double]], _ inpainter: WindowInpainter, _ gradient: [Double]
  ) throws -> (gain: Double, last: Double) {
    let count = directions.count
    var matrix = DoubleMatrix(rows: count, columns: count)
    for (i, a) in directions.enumerated() {
      for (j, b) in directions.enumerated() {
        for row in a.indices where a[row] != 0 {
          for column in b.indices where b[column] != 0 {
            matrix[i, j] += inpainter.precision[row, column]
          }
        }
      }
    }
    let right = directions.map { zip($0, gradient).reduce(0) { $0 + $1.0 * $1.1 } }
    let solution = try #require(CholeskyFactor(of: matrix)).solve(right)
    return (zip(right, solution).reduce(0) { $0 + $1.0 * $1.1 }, solution[count - 1])
  }

  /// The first rows of a Gaussian are a Gaussian with the first part of the covariance.
  @Test(arguments: [1, 13, 59, 60])
  func shortenedIsTheGaussianOfTheFirstRows(rows: Int) throws {
    let inpainter = Self.inpainters[0]
    let short = inpainter.shortened(to: rows)
    #expect(short.length == rows && short.mean == Array(inpainter.mean.prefix(rows)))
    let identity = DoubleMatrix(rows: 60, columns: 60).addingToDiagonal(1)
    let covariance = try #require(solvePositive(inpainter.precision, identity)).leading(rows)
    let products = product(covariance, short.precision)
    let one = DoubleMatrix(rows: rows, columns: rows).addingToDiagonal(1)
    expectClose(products.values, one.values, tolerance: 1e-3)
  }

  @Test func whatHoldsStillIsAsExpectedAtAnyLevel() {
    let still = WindowInpainter(still: 12, noise: 0.1)
    for level in [-7, 0, 1e3] as [Float] {
      let gradient = still.gradient(of: [Float](repeating: level, count: 12))
      #expect(gradient.allSatisfy { abs($0) < 1e-6 * max(1, Double(abs(level))) * 100 })
    }
    var spike = [Float](repeating: 4, count: 12)
    spike[5] = 5
    let gains = still.gains(hiding: [5], gradient: still.gradient(of: spike))
    // One row of twelve off by ten deviations of the noise: 100 (1 - 1/12).
    expectClose(gains, [100 * 11 / 12.0], tolerance: 1e-4)
  }
}
