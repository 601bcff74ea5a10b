import Compute
import Diffusion
import Scoring
import TestSupport
import Testing

@Suite struct SeriesScorerTests {
  /// What a scorer is fitted to, and how.
  private struct Fitting: Hashable {
    var segments: [Matrix]
    var trains, isCausal: Bool
    var parts: [SeriesScorer.Part.Kind]
    var distinct: [Int]
  }

  private static let fits = Shared<Fitting, SeriesFit> { fitting in
    var options = SeriesScorerOptions()
    options.parts = fitting.parts
    (options.trainsNetwork, options.window) = (fitting.trains, 40)
    options.isCausal = fitting.isCausal
    return await SeriesScorer.fit(
      to: fitting.segments, filled: fitting.segments.map { _ in [] },
      distinct: fitting.distinct, options: options, workers: 2)
  }

  private static func fit(
    _ segments: [Matrix], trains: Bool, isCausal: Bool = false,
    parts: [SeriesScorer.Part.Kind] = [], distinct: [Int]? = nil
  ) async -> SeriesFit {
    await fits(
      Fitting(
        segments: segments, trains: trains, isCausal: isCausal, parts: parts,
        distinct: distinct ?? Array(repeating: 3, count: segments[0].columns)))
  }

  private func twoWaves(_ rows: Int, seed: UInt64) -> Matrix {
    let (a, b) = (wave(rows, seed: seed).values, wave(rows, seed: seed + 7).values)
    let values = zip(a, b).flatMap { (a: Float, b: Float) -> [Float] in [a, 0.6 * a + 0.4 * b] }
    return Matrix(rows: rows, columns: 2, values: values)
  }

  /// Two channels that each follow their own past, and not one another.
  private func twoWalks(_ rows: Int, seed: UInt64) -> Matrix {
    var series = Matrix.gaussian(rows: rows, columns: 2, seed: seed, stream: 1)
    for row in 1..<rows {
      for channel in 0..<2 { series[row, channel] += 0.8 * series[row - 1, channel] }
    }
    return series
  }

  private func noise(_ rows: Int, seed: UInt64) -> Matrix {
    Matrix.gaussian(rows: rows, columns: 1, seed: seed, stream: 0)
  }

  @Test(arguments: [false, true])
  func findsASpikeAndAStuckStretch(trains: Bool) async {
    let fit = await Self.fit([wave(1_200, seed: 1)], trains: trains)
    var series = wave(1_000, seed: 2)
    series.values[300] += 1.5
    for row in 700..<760 { series.values[row] = series.values[700] }
    let scores = await fit.scorer.scores(for: series, explains: false, workers: 2).scores
    let usual = scores[470..<530].max() ?? 0  // no window of 160 rows reaches a fault
    #expect(scores[298...302].max() ?? 0 > 2 * usual)
    #expect(scores[710..<760].max() ?? 0 > 2 * usual)
  }

  /// The threshold is set by the closed form, whether a network is trained beside it or not.
  @Test(arguments: [1, 2], [false, true])
  func calibrationDoesNotDependOnTheNetwork(channels: Int, isCausal: Bool) async {
    let baseline = channels == 1 ? wave(1_200, seed: 1) : twoWaves(1_200, seed: 1)
    let fast = await Self.fit([baseline], trains: false, isCausal: isCausal)
    let balanced = await Self.fit([baseline], trains: true, isCausal: isCausal)
    let highest = fast.calibrationScores.joined().max() ?? 0
    #expect(fast.calibrationScores == balanced.calibrationScores)
    #expect(highest > 0 && balanced.history != nil)
  }

  @Test func partsOfTheScoreAreCalibratedAlone() async {
    let fast = await Self.fit([wave(600, seed: 1)], trains: false, parts: [.density])
    let balanced = await Self.fit([wave(600, seed: 1)], trains: true, parts: [.density])
    #expect(fast.calibrationScores == balanced.calibrationScores)
  }

  /// What came later changes nothing, and a spike is seen when it comes.
  @Test(arguments: [1, 2])
  func causalScoresKnowNothingOfTheFuture(channels: Int) async {
    let baseline = channels == 1 ? wave(1_200, seed: 1) : twoWaves(1_200, seed: 1)
    let fit = await Self.fit([baseline], trains: true, isCausal: true)
    var series = channels == 1 ? wave(500, seed: 2) : twoWaves(500, seed: 2)
    series[300, 0] += 2
    let whole = await fit.scorer.scores(for: series, explains: true, workers: 2)
    for end in [20, 150, 301] {
      let part = series.padded(rows: 0..<end, to: end)
      let scores = await fit.scorer.scores(for: part, explains: true, workers: 2)
      expectClose(scores.scores, Array(whole.scores.prefix(end)), tolerance: 1e-5)
    }
    #expect(whole.scores.allSatisfy(\.isFinite) && whole.expected.values.allSatisfy(\.isFinite))
    #expect(whole.scores[300] > 2 * (whole.scores[200..<300].max() ?? 0))
    #expect(fit.calibrationScores.allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  @Test func blamesTheChannelThatBroke() async {
    let fit = await Self.fit([twoWaves(1_200, seed: 1)], trains: false)
    var series = twoWaves(600, seed: 3)
    series[250, 1] += 2
    let result = await fit.scorer.scores(for: series, explains: true, workers: 2)
    #expect(result.contributions[250, 1] > 2 * result.contributions[250, 0])
    #expect(abs(result.expected[250, 1] - (series[250, 1] - 2)) < 0.8)
  }

  /// What a channel's own past foretells is missed at the row itself, whatever comes later.
  @Test(arguments: [false, true])
  func aSurpriseInOneOfSeveralChannelsIsNotForeseen(isCausal: Bool) async {
    let fit = await Self.fit(
      [twoWalks(1_200, seed: 1)], trains: false, isCausal: isCausal, parts: [.forecast])
    #expect(fit.scorer.forecasts.map(\.channel) == [0, 0, 1, 1])
    #expect(fit.scorer.parts.map(\.kind) == [.forecast])
    var series = twoWalks(600, seed: 3)
    for row in 250..<600 { series[row, 1] += 8 }
    let scores = await fit.scorer.scores(for: series, explains: false, workers: 2).scores
    let peak = scores.indices.max { scores[$0] < scores[$1] } ?? 0
    #expect((isCausal ? 250...253 : 247...253).contains(peak), "\(peak)")
    #expect(scores[peak] > 2 + (scores[350...].max() ?? 0))
  }

  /// A channel that never moved is foreseen best of all: its jump is a surprise where it happens, not
  /// for as long as it lasts.
  @Test func aJumpOfAStillChannelIsASurpriseOnce() async {
    func stillAndMoving(_ rows: Int, seed: UInt64) -> Matrix {
      Matrix(rows: rows, columns: 2, values: noise(rows, seed: seed).values.flatMap { [$0, 0] })
    }
    let fit = await Self.fit(
      [stillAndMoving(1_200, seed: 1)], trains: false, parts: [.forecast], distinct: [3, 1])
    #expect(fit.scorer.forecasts.map(\.channel) == [0, 0, 1, 1])
    var series = stillAndMoving(600, seed: 3)
    for row in 250..<600 { series[row, 1] = 3 }
    let scores = await fit.scorer.scores(for: series, explains: false, workers: 2).scores
    #expect((scores[247...253].max() ?? 0) > 3 * (scores[400...].max() ?? 0))
    #expect((scores[247...253].max() ?? 0) > 3 * (scores[..<200].max() ?? 0))
  }

  /// Of ten channels two may break: the two count, not the mean of all.
  @Test func theChannelsThatStandOutCount() {
    var few = [Float](repeating: 1, count: 8) + [50, 70]
    var all = [Float](repeating: 50, count: 10)
    let expected = (logarithm(onePlus: 50) + logarithm(onePlus: 70)) / 2
    #expect(abs(Double(SeriesScorer.Average.salient(&few)) - expected) < 1e-5)
    #expect(abs(Double(SeriesScorer.Average.salient(&all)) - logarithm(onePlus: 50)) < 1e-5)
    var pair: [Float] = [1, 3]
    #expect(SeriesScorer.Average.arithmetic(&pair) == 2)
  }

  /// The windows around a spike are suspicious as a whole; its neighbours are not for that.
  @Test func theDensityCountsNoMoreThanTheResidual() async {
    var series = twoWaves(600, seed: 3)
    series[300, 0] += 4
    func scores(_ parts: [SeriesScorer.Part.Kind]) async -> [Float] {
      let fit = await Self.fit([twoWaves(1_200, seed: 1)], trains: false, parts: parts)
      return await fit.scorer.scores(for: series, explains: false, workers: 2).scores
    }
    let (density, residual) = (await scores([.density]), await scores([.residual]))
    let both = await scores([.residual, .density])
    expectClose(both, zip(residual, density).map { $0 + min($0, $1) }, tolerance: 1e-5)
    #expect(density[265] > 3 * residual[265], "the window around the spike is nothing special")
  }

  /// The row itself is nothing unusual; that the channel does not move is.
  @Test(arguments: [false, true])
  func blamesTheChannelThatIsStuck(isCausal: Bool) async {
    let fit = await Self.fit([twoWaves(1_200, seed: 1)], trains: false, isCausal: isCausal)
    var series = twoWaves(600, seed: 3)
    let usual = await fit.scorer.scores(for: series, explains: false, workers: 2).scores
    for row in 300..<340 { series[row, 1] = series[300, 1] }
    let result = await fit.scorer.scores(for: series, explains: false, workers: 2)
    let peak = (310..<340).max { result.scores[$0] < result.scores[$1] } ?? 0
    #expect(result.scores[peak] > 2 * (usual.dropFirst(40).max() ?? 0))
    #expect(result.contributions[peak, 1] > 2 * result.contributions[peak, 0])
  }

  /// Where a sensor says nothing, the filled-in values stand still, and that is not its fault.
  @Test func whatWasFilledInIsNotStuck() async {
    let fit = await Self.fit([noise(1_200, seed: 1)], trains: false)
    var series = noise(600, seed: 3)
    var filled = [Bool](repeating: false, count: 600)
    for row in 300..<340 { (series.values[row], filled[row]) = (0, true) }
    let said = await fit.scorer.scores(for: series, filled: filled, explains: false, workers: 2)
    let unsaid = await fit.scorer.scores(for: series, explains: false, workers: 2)
    #expect(said.scores[320] < 0.5 * unsaid.scores[320])
  }

  @Test(arguments: [1, 2, 3])
  func scoresDoNotDependOnWorkers(workers: Int) async {
    let fit = await Self.fit([twoWaves(1_200, seed: 1)], trains: true)
    let series = twoWaves(700, seed: 5)
    let one = await fit.scorer.scores(for: series, explains: true, workers: 1)
    #expect(await fit.scorer.scores(for: series, explains: true, workers: workers) == one)
  }

  @Test(arguments: [1, 2, 9, 39, 41])
  func segmentsShorterThanAWindowAreScored(rows: Int) async {
    let fit = await Self.fit([wave(600, seed: 1)], trains: false)
    let result = await fit.scorer.scores(for: wave(rows, seed: 2), explains: true, workers: 1)
    #expect(result.scores.count == rows && result.scores.allSatisfy { $0.isFinite })
  }

  @Test func aFlatBaselineFlagsAnyMove() async {
    let fit = await Self.fit([Matrix(rows: 200, columns: 1)], trains: true)
    var series = Matrix(rows: 100, columns: 1)
    series.values[50] = 5
    let scores = await fit.scorer.scores(for: series, explains: false, workers: 1).scores
    #expect(scores.allSatisfy { $0.isFinite })
    #expect(scores[50] > (scores[0..<5].max() ?? 0))
  }

  @Test func everyBaselineRowIsScoredByAModelThatDidNotSeeIt() async {
    let fit = await Self.fit([wave(600, seed: 1), wave(400, seed: 2)], trains: false)
    #expect(fit.calibrationScores.reduce(0) { $0 + $1.count } == 1_000)
    #expect(fit.calibrationScores.count == 8)
  }
}
