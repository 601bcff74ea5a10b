import Compute
import Foundation
import Scoring
import TestSupport
import Testing

@Suite struct StillnessTests {
  static let nan = Float.nan
  static let means: [(values: [Float], rows: Int, isCausal: Bool, expected: [Float])] = [
    ([1, 2, 3, 4, 5], 3, false, [2, 2, 3, 4, 4]),
    ([1, 2, 3, 4, 5], 3, true, [nan, nan, 2, 3, 4]),
    ([1, 2, 3, 4], 2, false, [1.5, 1.5, 2.5, 3.5]),
    ([nan, 2, 4, 6], 3, false, [3, 3, 4, 4]),
    ([nan, nan, 4, 6], 3, false, [nan, nan, 5, 5]),
    ([1, 2], 3, false, [nan, nan]),
    ([], 3, false, []),
  ]

  @Test(arguments: means)
  func windowsMoveInwardsAtTheEnds(
    values: [Float], rows: Int, isCausal: Bool, expected: [Float]
  ) {
    let means = windowMeans(of: values, rows: rows, isCausal: isCausal)
    #expect(means.map(\.description) == expected.map(\.description))
  }

  @Test func smoothingPassesOverWhatIsUnknown() {
    let smooth = smoothed([4, .nan, .nan, 8], tau: 1)
    let weight = Float(exp(-3.0))
    let first: Float = (4 + 8 * weight) / (1 + weight)
    #expect(abs(smooth[0] - first) < 1e-6)
    #expect((smooth.min() ?? 0) >= 4 && (smooth.max() ?? 0) <= 8)
    let unknown = smoothed([.nan, .nan], tau: 1)
    #expect(unknown.allSatisfy { $0.isNaN })
  }

  @Test func stepsFromOrToAFilledCellAreUnknown() {
    let values = Matrix(rows: 4, columns: 2, values: [0, 0, 1, 0, 3, 0, 3, 2])
    let filled = [false, false, false, true, false, false, false, false]
    let steps = Stillness.squaredSteps(values, filled: filled).values.map(\.description)
    #expect(steps == ["nan", "nan", "1.0", "nan", "4.0", "nan", "0.0", "4.0"])
  }

  /// A channel that stands still for a tenth of the baseline may do so again.
  @Test func channelsThatRestAreForgotten() {
    var moving = wave(1_000, seed: 1)
    var resting = moving
    for row in 100..<200 { resting.values[row] = resting.values[100] }
    for (matrix, kept) in [(moving, 1), (resting, 0)] {
      var stillness = Stillness(
        gauges: [Stillness.Gauge(channel: 0, average: .window(rows: 20))],
        scale: TailScale.fit(to: [0], body: 0.9))
      stillness.calibrate([Stillness.squaredSteps(matrix, filled: [])], isCausal: false)
      #expect(stillness.gauges.count == kept)
    }
    for row in 500..<540 { moving.values[row] = moving.values[500] }
    let gauge = Stillness.Gauge(channel: 0, average: .window(rows: 20), floor: 1e-4)
    let depths = gauge.depths(Stillness.squaredSteps(moving, filled: []), isCausal: false)
    #expect(depths[520] == 12 && depths[300] < 0)
  }
}
