import Compute
import Diffusion
import Scoring
import TestSupport
import Testing

@Suite struct TableScorerTests {
  private static let baseline = planarRows(300, columns: 6, seed: 1)
  private static let test: Matrix = {
    var rows = planarRows(200, columns: 6, seed: 2)
    for row in 150..<200 { rows[row, row % 6] = rows[row - 100, row % 6] + 1.5 }
    return rows
  }()

  private struct Fitting: Hashable {
    var exemplars, workers: Int
    var trains: Bool
  }

  private static let fits = Shared<Fitting, TableFit> { fitting in
    var options = TableScorerOptions()
    (options.exemplars, options.trainsNetwork) = (fitting.exemplars, fitting.trains)
    options.training.steps = 100
    return await TableScorer.fit(
      to: [baseline, baseline], groups: (0..<6).map { $0..<$0 + 1 }, options: options,
      workers: fitting.workers)
  }

  private static func fit(exemplars: Int = 10_000, trains: Bool = true, workers: Int = 2) async
    -> TableFit
  { await fits(Fitting(exemplars: exemplars, workers: workers, trains: trains)) }

  @Test func ranksBrokenRowsAboveNormalOnes() async {
    let scores = await Self.fit().scorer.scores(for: [Self.test, Self.test], workers: 2).scores
    let wins = scores[150...].map { broken in scores[..<150].count { $0 < broken } }
    let auroc = Double(wins.reduce(0, +)) / (50 * 150)
    #expect(auroc >= 0.97, "\(auroc)")
  }

  @Test func blamesTheColumnThatBroke() async {
    let result = await Self.fit().scorer.scores(for: [Self.test, Self.test], workers: 2)
    let right = (150..<200).filter { row in
      let shares = Array(result.contributions.row(row))
      return shares.indices.max { shares[$0] < shares[$1] } == row % 6
    }
    #expect(right.count >= 40, "\(right.count) of 50")
    #expect(result.contributions.values.allSatisfy { $0 >= 0 })
  }

  /// Rows on a plane, of which one column was falsified: the others say what it was.
  @Test func aCloseLookTellsTheColumnAndWhatItHeld() async {
    let columns = (0..<6).map { $0..<$0 + 1 }
    let scorer = await Self.fit(trains: false).scorer
    let truth = planarRows(60, columns: 6, seed: 7)
    var broken = truth
    for row in 0..<60 { broken[row, row % 6] += 3 }
    let result = await scorer.scores(
      for: [broken, broken], blaming: ColumnBlame(groups: columns, above: -.infinity), workers: 2)
    let right = (0..<60).filter { row in
      let shares = Array(result.contributions.row(row))
      return shares.indices.max { shares[$0] < shares[$1] } == row % 6
    }
    #expect(right.count >= 57, "\(right.count) of 60")
    let errors = (0..<60).map { abs(result.expected[$0, $0 % 6] - truth[$0, $0 % 6]) }.sorted()
    #expect(errors[30] < 0.5, "\(errors[30]) of 3")
  }

  @Test func rowsBelowTheBoundAreNotLookedAtClosely() async {
    let scorer = await Self.fit(trains: false).scorer
    let plain = await scorer.scores(for: [Self.test, Self.test], workers: 2)
    let bound = plain.scores.sorted()[100]
    let blame = ColumnBlame(groups: (0..<6).map { $0..<$0 + 1 }, above: bound)
    let close = await scorer.scores(for: [Self.test, Self.test], blaming: blame, workers: 2)
    #expect(close.scores == plain.scores)
    for row in 0..<200 where plain.scores[row] <= bound {
      #expect(close.contributions.row(row) == plain.contributions.row(row))
      #expect(close.expected.row(row) == plain.expected.row(row))
    }
  }

  @Test(arguments: [1, 2, 5])
  func scoresDoNotDependOnSplitOrderOrNeighbors(workers: Int) async {
    let scorer = await Self.fit().scorer
    let whole = await scorer.scores(for: [Self.test, Self.test], workers: workers)
    let order = Array((0..<200).reversed())
    let turned = Self.test.selecting(rows: order)
    let reversed = await scorer.scores(for: [turned, turned], workers: 1)
    #expect(order.map { whole.scores[$0] } == reversed.scores)
    for row in [0, 63, 64, 199] {
      let alone = Self.test.selecting(rows: [row])
      let single = await scorer.scores(for: [alone, alone], workers: workers)
      #expect(single.scores == [whole.scores[row]])
      #expect(single.contributions.values == Array(whole.contributions.row(row)))
    }
  }

  @Test func fittingDoesNotDependOnWorkers() async {
    let (one, three) = (await Self.fit(workers: 1), await Self.fit(workers: 3))
    #expect(one.calibrationScores == three.calibrationScores)
    #expect(one.scorer.reconstruction?.denoiser.trained.parameters != nil)
    #expect(
      one.scorer.reconstruction?.denoiser.trained.parameters
        == three.scorer.reconstruction?.denoiser.trained.parameters)
  }

  @Test func calibrationScoresLookLikeThoseOfFreshRows() async {
    let fit = await Self.fit()
    let normal = Self.test.selecting(rows: Array(0..<150))
    let fresh = await fit.scorer.scores(for: [normal, normal], workers: 2).scores
    let (held, new) = (
      Moments(of: fit.calibrationScores.map { Double($0) }),
      Moments(of: fresh.map { Double($0) })
    )
    #expect(abs(held.mean - new.mean) < 0.4 && abs(held.deviation - new.deviation) < 0.4)
    #expect(fit.calibrationScores.count == 100)
  }

  /// Most baseline rows have equals, at a distance of 0: the others are usual all the same.
  @Test(arguments: [0, 120, 600])
  func rowsWithEqualsDoNotMakeOthersStrange(copies: Int) async {
    let alike = (0..<copies).flatMap { _ in Self.baseline.row(0) }
    let rows = Matrix(rows: 300 + copies, columns: 6, values: Self.baseline.values + alike)
    var options = TableScorerOptions()
    options.trainsNetwork = false
    let fit = await TableScorer.fit(
      to: [rows], groups: (0..<6).map { $0..<$0 + 1 }, options: options, workers: 2)
    for mixture in fit.scorer.views.map(\.mixture) {
      #expect(min(mixture.localFloor, mixture.empiricalFloor) > 1e-4)
      #expect(max(mixture.localScale.deviation, mixture.empiricalScale.deviation) < 2)
    }
  }

  @Test func aCompactModelHoldsNoRowAndStillDetects() async {
    let fit = await Self.fit(exemplars: 0)
    let rows = Set((0..<300).map { Array(Self.baseline.row($0)) })
    for view in fit.scorer.views {
      #expect((60...100).contains(view.exemplars.count))
      let held = view.exemplars.matrix
      #expect(!(0..<held.rows).contains { rows.contains(Array(held.row($0))) })
    }
    let prototypes = fit.scorer.reconstruction?.denoiser.prototypes.centers ?? Self.baseline
    #expect(!(0..<prototypes.rows).contains { rows.contains(Array(prototypes.row($0))) })
    let scores = await fit.scorer.scores(for: [Self.test, Self.test], workers: 2).scores
    let worst = scores.indices.sorted { scores[$0] > scores[$1] }.prefix(50)
    #expect(worst.filter { $0 >= 150 }.count >= 35)
  }

  @Test(arguments: [
    (100, 800), (10_000, 800), (40_000, 1_600), (160_000, 3_200), (10_000_000, 3_200),
  ])
  func trainingGrowsWithTheBaseline(rows: Int, steps: Int) {
    #expect(TableScorer.steps(800, rows: rows) == steps)
  }

  @Test func scoresStayFiniteAtTheEdgeOfTheRange() async {
    let wild = Matrix(
      rows: 2, columns: 6, values: [Float](repeating: 1e6, count: 6) + [-1e6, 0, 0, 0, 0, 1e6])
    let result = await Self.fit().scorer.scores(for: [wild, wild], workers: 1)
    #expect(result.scores.allSatisfy { $0.isFinite && $0 > 5 })
    #expect(result.contributions.values.allSatisfy { $0.isFinite })
  }
}
