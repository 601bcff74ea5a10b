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
    #expect(await Self.separated(Self.fit(Self.spoiled, contamination: 0.05)) > 0.95)
    let compact = await Self.fit(Self.spoiled, contamination: 0.05, exemplars: 0)
    #expect(await Self.separated(compact) > 0.95)
  }

  @Test func theirPlaceInTheFileDoesNotMatter() async {
    var rows = planarRows(4_000, columns: Self.columns, seed: 1)
    let strays = Self.anomalies(200, seed: 2)
    for (place, row) in stride(from: 0, to: 4_000, by: 20).enumerated() {
      for column in 0..<Self.columns { rows[row, column] = strays[place, column] }
    }
    #expect(await Self.separated(Self.fit(rows, contamination: 0.05)) > 0.95)
  }

  @Test(arguments: [0.001, 0.2])
  func aSmallBaselineCanBeTold(share: Double) async {
    let fit = await Self.fit(planarRows(20, columns: Self.columns, seed: 1), contamination: share)
    #expect(fit.calibrationScores.allSatisfy { $0.isFinite } && fit.suspects.count == 10)
  }

  /// The radius by sorting all distances, for rows of the baseline and others.
  @Test(arguments: [16, 33, 1_000, 1_700])
  func theDistanceToTheBulkMatchesAPlainSearch(rows: Int) {
    let baseline = planarRows(rows, columns: Self.columns, seed: 1)
    let bulk = BulkDistance(of: baseline, contamination: 0.1)
    let most = min(1_000, rows)
    var stream = RandomStream(seed: 0, stream: 0x6275)
    let picked = stream.sample(most, of: rows)
    let count = max(3, Int((0.3 * Double(most)).rounded()))
    for row in stride(from: 0, to: rows, by: 7) {
      let own = Matrix(rows: 1, columns: Self.columns, values: Array(baseline.row(row)))
      let distances = picked.filter { $0 != row }.map { other in
        zip(own.values, baseline.row(other)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }.sorted()
      let found = bulk.logarithms(of: own, excluding: [Int32(row)])[0]
      expectClose(
        [exponential(Double(found))].map { Float($0) }, [distances[count - 1]], tolerance: 1e-4)
    }
  }

  @Test func aFarBulkRaisesAScoreAndANearOneHardly() {
    let rows = planarRows(50, columns: Self.columns, seed: 1)
    let bulk = BulkDistance(of: rows, contamination: 0.1)
    #expect(abs(bulk.raising(2, -20) - 2) < 1e-6)
    #expect(abs(bulk.raising(-30, 5) - (5 / 1.001 - 1)) < 1e-4)
    #expect(bulk.raising(1e30, 1).isFinite && bulk.raising(-1e30, -1e30).isFinite)
    #expect(bulk.raising(1, 3) < bulk.raising(1.1, 3) && bulk.raising(1, 3) < bulk.raising(1, 3.1))
  }
}
