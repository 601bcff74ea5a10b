import Compute
import Scoring
import TestSupport
import Testing

/// Baselines that hold a few anomalies which look alike.
@Suite struct ContaminationTests {
  private static let columns = 6

  /// `count` rows near one place off the plane.
  private static func anomalies(_ count: Int, seed: UInt64) -> Matrix {
    var rows = Matrix.gaussian(rows: count, columns: columns, seed: seed, stream: 5)
    for index in rows.values.indices {
      rows.values[index] = 0.05 * rows.values[index] + (index % columns < 3 ? 5 : -5)
    }
    return rows
  }

  private static func stacked(_ parts: Matrix...) -> Matrix {
    Matrix(
      rows: parts.reduce(0) { $0 + $1.rows }, columns: columns, values: parts.flatMap(\.values))
  }

  private static func fit(_ baseline: Matrix, contamination: Double, exemplars: Int = 10_000) async
    -> TableFit
  {
    var options = TableScorerOptions()
    (options.contamination, options.trainsNetwork) = (contamination, false)
    options.exemplars = exemplars
    return await TableScorer.fit(
      to: [baseline], groups: (0..<columns).map { $0..<$0 + 1 }, options: options, workers: 2)
  }

  /// The share of normal rows that score below all anomalies of the kind in the baseline.
  private static func separated(_ fit: TableFit) async -> Double {
    let rows = stacked(planarRows(200, columns: columns, seed: 3), anomalies(20, seed: 4))
    let scores = await fit.scorer.scores(for: [rows], workers: 2).scores
    let least = scores[200...].min() ?? 0
    return Double(scores[..<200].count { $0 < least }) / 200
  }

  private static let spoiled = stacked(
    planarRows(575, columns: columns, seed: 1), anomalies(25, seed: 2))

  @Test func anomaliesThatLookAlikeHideUntilTheirShareIsTold() async {
    #expect(await Self.separated(Self.fit(Self.spoiled, contamination: 0)) < 0.9)
    #expect(await Self.separated(Self.fit(Self.spoiled, contamination: 0.05)) == 1)
    let compact = await Self.fit(Self.spoiled, contamination: 0.05, exemplars: 0)
    #expect(await Self.separated(compact) == 1)
  }

  @Test func whatIsLeftOutIsCountedAndNamed() async {
    let fit = await Self.fit(Self.spoiled, contamination: 0.05)
    #expect(fit.trimmed == 30)
    #expect(fit.scorer.views[0].exemplars.count == 570)
    #expect(fit.suspects.count == mostSuspects)
    #expect(fit.suspects.allSatisfy { $0.row >= 575 }, "\(fit.suspects)")
  }

  @Test func aSmallBaselineKeepsRowsToLearnFrom() async {
    let fit = await Self.fit(planarRows(20, columns: Self.columns, seed: 1), contamination: 0.2)
    #expect(fit.trimmed == 4 && fit.scorer.views[0].exemplars.count == 16)
    #expect(fit.calibrationScores.allSatisfy { $0.isFinite })
  }

  @Test func withoutAShareNothingIsLeftOut() async {
    let fit = await Self.fit(Self.spoiled, contamination: 0.001)
    #expect(fit.trimmed == 0 && fit.scorer.views[0].exemplars.count == 600)
  }
}
