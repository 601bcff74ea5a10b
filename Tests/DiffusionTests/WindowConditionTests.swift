import Compute
import Diffusion
import TestSupport
import Testing

@Suite struct WindowConditionTests {
  private let cutter = WindowCutter(length: 24, channels: 1)

  private func windows(_ series: Matrix) -> Matrix {
    cutter.windows(of: series, at: cutter.starts(in: series.rows, stride: 1))
  }

  private func gaussian() -> WindowGaussian { WindowGaussian.fit(to: windows(wave(600, seed: 1))) }

  @Test(arguments: [
    (10, 4, 3, [0, 3, 6]), (11, 4, 3, [0, 3, 6, 7]), (3, 4, 1, []), (4, 4, 9, [0]),
  ])
  func windowsReachTheEnd(rows: Int, length: Int, stride: Int, expected: [Int]) {
    #expect(WindowCutter(length: length, channels: 2).starts(in: rows, stride: stride) == expected)
  }

  @Test func foreseesHiddenPointsOfAWave() {
    let condition = WindowCondition(gaussian(), hidden: 4, at: .relative(0.12))
    let fresh = windows(wave(200, seed: 2)).adding(condition.mean, scale: -1)
    let expected = condition.expectation(fresh)
    var (error, power): (Float, Float) = (0, 0)
    for row in 0..<fresh.rows {
      for column in 20..<24 {
        error +=
          (expected[row, column - 20] - fresh[row, column])
          * (expected[row, column - 20] - fresh[row, column])
        power += fresh[row, column] * fresh[row, column]
      }
    }
    #expect(error < 0.05 * power)
  }

  @Test(arguments: [1, 4])
  func posteriorRootSquaresToTheVarianceLeft(hidden: Int) throws {
    let model = gaussian()
    let condition = WindowLesson(model, hidden: hidden, at: .relative(0.06)).condition
    let root = try #require(condition.frame).root
    let least = (0.06 * model.deviation) * (0.06 * model.deviation)
    let left = (0..<hidden).map { point in
      (0..<24).reduce(Float(0)) { $0 + root[$1, point] * root[$1, point] }
    }
    expectClose(left.map { max($0, least) }, condition.variance, tolerance: 1e-2)
    #expect(left.allSatisfy { $0 > least } && condition.variance.count == hidden)
  }

  /// What a network should answer, put through the root, is what the closed form leaves.
  @Test func lessonsAskForWhatIsLeft() throws {
    let model = gaussian()
    let lesson = WindowLesson(model, hidden: 4, at: .relative(0.25))
    let clean = windows(wave(200, seed: 2)).adding(model.mean, scale: -1)
    let expected = lesson.condition.expectation(clean)
    let (_, targets) = lesson.teach(clean: clean, noised: clean)
    var left = expected
    multiply(targets, try #require(lesson.condition.frame).root, into: &left)
    let asked = (0..<clean.rows).flatMap { row in
      (0..<4).map { clean[row, 20 + $0] - expected[row, $0] }
    }
    expectClose(left.values, asked, tolerance: 2e-3)
  }

  @Test func whiteningMakesFittedWindowsWhite() {
    let model = gaussian()
    let centered = windows(wave(600, seed: 1)).adding(model.mean, scale: -1)
    var white = Matrix(rows: centered.rows, columns: 24)
    multiply(centered, model.whitening(at: .relative(0.01)), into: &white)
    let mean = white.values.reduce(0) { $0 + $1 * $1 } / Float(white.values.count)
    #expect(mean > 0.7 && mean <= 1.01)
  }

  @Test func aTrainedDenoiserBeatsItsClosedFormOnACurvedSeries() {
    // The sign of each wave decides its height: no Gaussian can know that.
    let series = Matrix(
      rows: 1_500, columns: 1,
      values: (0..<1_500).map { row in
        let value = sine(Double(row) / 5)
        return Float(value > 0 ? 2 * value : value * value)
      })
    let all = windows(series)
    let model = WindowGaussian.fit(to: all)
    let lesson = WindowLesson(model, hidden: 4, at: .relative(0.12))
    let condition = lesson.condition
    let shape = WindowDenoiser.shape(features: 24, hidden: [4], width: 32, blocks: 2)
    let centered = all.adding(model.mean, scale: -1)
    let objective = WindowObjective(
      shape: shape, lessons: [lesson], seed: 1,
      windowCount: centered.rows, draw: { centered.row($1) })
    var options = TrainingOptions.windows
    options.steps = 300
    let trained = Trainer(options).train(objective, heldOut: objective)
    let denoiser = WindowDenoiser(hidden: [4], trained: trained)
    let expected = condition.expectation(centered)
    let correction = denoiser.correction(condition, centered, expected: expected)
    var (closed, neural): (Float, Float) = (0, 0)
    for row in 0..<centered.rows {
      for column in 20..<24 {
        let error = centered[row, column] - expected[row, column - 20]
        closed += error * error
        neural += (error - correction[row, column - 20]) * (error - correction[row, column - 20])
      }
    }
    #expect(neural < 0.7 * closed, "\(neural) against \(closed)")
  }
}
