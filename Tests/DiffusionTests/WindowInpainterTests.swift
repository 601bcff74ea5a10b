import Compute
import Diffusion
import Foundation
import TestSupport
import Testing

@Suite struct WindowInpainterTests {
  /// Reference values written by `Fixtures/events/golden.py`.
  private struct Golden: Decodable {
    struct Stretch: Decodable {
      let first, count: Int
      let gain: Double
      let change: [Double]
    }

    struct Level: Decodable {
      let first, count: Int
      let gain, shift: Double
    }

    let whitening: [Float]
    let mean, window: [Float]
    let stretches: [Stretch]
    let levels: [Level]
    let shortGradient: [Double]

    init() throws {
      let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/events/golden.json")
      self = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }

    var inpainter: WindowInpainter {
      WindowInpainter(
        whitening: Matrix(rows: mean.count, columns: mean.count, values: whitening), mean: mean,
        centersWindows: true)
    }

    var gradient: [Double] { inpainter.gradient(of: window) }
  }

  @Test func hidingTakesOffWhatLeastSquaresDo() throws {
    let golden = try Golden()
    for stretch in golden.stretches {
      let rows = Array(stretch.first..<stretch.first + stretch.count)
      let gains = golden.inpainter.gains(hiding: rows, gradient: golden.gradient)
      expectClose([gains[rows.count - 1]], [stretch.gain], tolerance: 2e-4)
      let change = golden.inpainter.correction(hiding: rows, gradient: golden.gradient)
      expectClose(change.map { -$0 }, stretch.change, tolerance: 2e-4)
      // The same rows in any order.
      let backwards = golden.inpainter.gains(hiding: rows.reversed(), gradient: golden.gradient)
      expectClose([backwards[rows.count - 1]], [stretch.gain], tolerance: 2e-4)
    }
  }

  @Test func tablesGiveTheSameGains() throws {
    let golden = try Golden()
    var inpainter = golden.inpainter
    let plan = SearchPlan(window: 64, longest: 300, strides: [1, 3, 6], levelStride: 1)
    let tables = inpainter.searchTables(plan)
    let scan = tables.scans[0]
    let gains = scan.gains(golden.gradient)
    for stretch in golden.stretches {
      let start = try #require(scan.starts.firstIndex(of: stretch.first))
      expectClose([gains[start, stretch.count - 1]], [Float(stretch.gain)], tolerance: 1e-3)
    }
    let levels = tables.levels.gains(golden.gradient)
    for level in golden.levels {
      let start = try #require(tables.levels.starts.firstIndex(of: level.first))
      expectClose([levels.gains[start, level.count]], [Float(level.gain)], tolerance: 2e-3)
      expectClose([levels.shifts[start, level.count]], [Float(level.shift)], tolerance: 2e-3)
    }
  }

  @Test func theFirstRowsAloneAreTheWindowContinued() throws {
    let golden = try Golden()
    let count = golden.shortGradient.count
    let short = golden.inpainter.shortened(to: count)
    expectClose(
      short.gradient(of: Array(golden.window.prefix(count))), golden.shortGradient,
      tolerance: 5e-4)
  }
}
