import Compute
import Scoring
import TestSupport
import Testing

/// What turns residuals into scores: scales, smoothing and the distance from the bulk.
@Suite struct ScaleTests {
  private func values(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(-logarithm(generator.uniform())) }
  }

  /// Of values with survival e^-x the surprise is the value itself.
  @Test func surpriseIsTheLogarithmOfTheShareAbove() {
    let scale = TailScale.fit(to: values(40_000, seed: 1), body: 0.98)
    let probes: [Float] = [0.1, 0.5, 1, 2, 3, 3.8]
    expectClose(probes.map { scale.surprise($0) }, probes, tolerance: 0.05)
    // Beyond the body the tail goes on, a little more heavily than it must.
    #expect((4.5...6.2).contains(scale.surprise(6)) && (6...9.5).contains(scale.surprise(10)))
  }

  @Test(arguments: [1, 2, 5, 300])
  func surpriseRisesAndStaysFinite(count: Int) {
    let baseline = values(count, seed: 2)
    for body in [0.5, 0.9, 0.98] {
      let scale = TailScale.fit(to: baseline, body: body)
      #expect(scale.isUsable)
      let probes = (baseline + [-5, 0, 1e-9, 50, 1e9, 3e38]).sorted()
      let surprises = probes.map { scale.surprise($0) }
      #expect(surprises.allSatisfy { $0 >= 0 && $0.isFinite })
      #expect(zip(surprises, surprises.dropFirst()).allSatisfy { $0 <= $1 })
    }
  }

  @Test func equalValuesLeaveRoomAboveThem() {
    let scale = TailScale.fit(to: [Float](repeating: 3, count: 50), body: 0.9)
    #expect(scale.surprise(2.9) == 0 && scale.surprise(3.1) > scale.surprise(3))
  }

  @Test func logScalesAreStandardOnWhatTheyWereFittedTo() {
    let logarithms = values(500, seed: 3)
    let scale = LogScale.fit(to: logarithms)
    let moments = Moments(of: logarithms.map { Double(scale.z($0)) })
    #expect(abs(moments.mean) < 1e-5 && abs(moments.deviation - 1) < 5e-3)
    // What never varies still has a scale.
    let flat = LogScale.fit(to: [2, 2, 2])
    #expect(flat.z(2) == 0 && flat.z(2.1).isFinite && flat.z(2.1) > 10)
  }

  /// Weights e^(-|d| / tau), written out.
  @Test(arguments: [0.5, 3, 40], [false, true])
  func smoothingMatchesItsFormula(tau: Double, isCausal: Bool) {
    var series = values(60, seed: 4)
    (series[7], series[30], series[31]) = (.nan, .nan, .nan)
    for outside in [nil, 0.25] as [Float?] {
      let smooth = smoothed(series, tau: tau, outside: outside, isCausal: isCausal)
      // What lies beyond the ends goes on for so far that the rest weighs nothing.
      let reach = Int(40 * tau)
      let expected = series.indices.map { index in
        var (sum, weight) = (0.0, 0.0)
        for other in index - 60 - reach...(isCausal ? index : index + 60 + reach) {
          let value = series.indices.contains(other) ? series[other] : outside ?? .nan
          guard !value.isNaN else { continue }
          let share = exponential(-Double(abs(other - index)) / tau)
          (sum, weight) = (sum + share * Double(value), weight + share)
        }
        return Float(sum / weight)
      }
      expectClose(smooth, expected, tolerance: 1e-4)
    }
  }

  @Test func withoutATimeScaleNothingIsSmoothed() {
    #expect(smoothed([1, 5, 2], tau: 0) == [1, 5, 2] && smoothed([4], tau: 9) == [4])
    let alike = smoothed([Float](repeating: 3, count: 20), tau: 5, isCausal: true)
    expectClose(alike, [Float](repeating: 3, count: 20), tolerance: 1e-6)
  }

  /// Twenty rows beside each other, far from two hundred: near rows do not tell, the bulk does.
  @Test func theBulkIsFarFromAnomaliesThatLookAlike() {
    var rows = Matrix.gaussian(rows: 220, columns: 3, seed: 1, stream: 0)
    for row in 200..<220 {
      for column in 0..<3 { rows[row, column] = 9 + 0.01 * rows[row, column] }
    }
    let bulk = BulkDistance(of: rows, contamination: 0.1)
    let own = (0..<220).map { Int32($0) }
    let logarithms = bulk.logarithms(of: rows, excluding: own)
    let (normal, odd) = (logarithms[..<200].max() ?? 0, logarithms[200...].min() ?? 0)
    #expect(odd > normal + 1, "\(odd) and \(normal)")
    // Whoever expects none looks at the nearest rows.
    let near = BulkDistance(of: rows, contamination: 0.001)
      .logarithms(of: rows, excluding: own)
    #expect((near[200...].min() ?? 0) < (near[..<200].max() ?? 0))
  }

  @Test func raisingIsASoftMaximum() {
    let rows = Matrix.gaussian(rows: 100, columns: 2, seed: 1, stream: 0)
    let bulk = BulkDistance(
      of: rows, contamination: 0.1, scale: LogScale(mean: 0, deviation: 1))
    let scores: [Float] = [-2, 0, 3, 50]
    for logarithm in [-5, 0, 4, 60] as [Float] {
      let raised = scores.map { bulk.raising($0, logarithm) }
      #expect(zip(raised, raised.dropFirst()).allSatisfy { $0 < $1 })
      #expect(zip(raised, scores).allSatisfy { $0 >= $1 })
    }
    // Rows at a usual distance keep their score.
    expectClose([bulk.raising(3, -5)], [3], tolerance: 1e-2)
    #expect(bulk.raising(0, 60) > 40)
  }
}
