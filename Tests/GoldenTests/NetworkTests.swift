import Compute
import Diffusion
import Encoding
import Neural
import Scoring
import Tabular
import TestSupport
import Testing

/// What networks add to scores, and what they are trained on, from numbers to 1e-4.
///
/// Their parameters are a formula, so nothing depends on how a training ended.
@Suite struct NetworkTests {
  private let golden: Golden

  init() throws { golden = try Golden.load() }

  @Test func optionsOfTrainings() {
    #expect(TrainingOptions.rows == golden.training.rows)
    #expect(TrainingOptions.noiseLevels == golden.training.noiseLevels)
    #expect(TrainingOptions.windows == golden.training.windows)
  }

  @Test func aTableWithNetworks() async throws {
    let (fit, encoder, _) = try await fitTable(stepsLeft: 0)
    let test = try readTable("narrow-test.csv").0
    let scores = await fit.scorer.scores(for: try encoder.encode(test), workers: 2).scores
    expectClose(fit.calibrationScores, golden.networkTable.calibration, tolerance: 1e-4)
    expectClose(scores, golden.networkTable.scores, tolerance: 1e-4)
  }

  @Test func lastStepsOfATable() async throws {
    let networks = try await fitTable(stepsLeft: 1).networks
    expectLesson(networks.trained("denoiser"), golden.networkTable.denoiser, last: 128 * 2 + 2)
    expectLesson(networks.trained("noise level"), golden.networkTable.noiseLevel, last: 128 + 1)
  }

  @Test func aSeriesWithANetwork() async throws {
    let (fit, encoder, _) = try await fitSeries(stepsLeft: 0) { formula(seed: 4, 1, $0).values }
    let table = try readTable("one-test.csv").0
    let test = try encoder.segments(of: table, rows: Array(0..<240), times: nil)[0]
    let scores = await fit.scorer.scores(
      for: test.values, filled: test.filled, explains: true, workers: 2)
    expectClose(scores.scores, golden.networkSeries.scores, tolerance: 1e-4)
    expectClose(scores.expected.values, golden.networkSeries.expected, tolerance: 1e-4)
  }

  @Test func lastStepOfASeries() async throws {
    let networks = try await fitSeries(stepsLeft: 1) { [Float](repeating: 0, count: $0) }.networks
    expectLesson(networks.trained("windows"), golden.networkSeries.windows, last: 120)
  }

  @Test func lastStepOfASeriesOfSeveralChannels() {
    let gaussian = WindowGaussian.fit(to: Self.windows)
    let shape = NetworkShape(inputs: 8, outputs: 8, width: 32, blocks: 2)
    let networks = GivenNetworks(["windows": .given(shape, .windows, stepsLeft: 1)])
    _ = AxisDenoiser.fit(
      to: Self.windows, gaussian, at: .relative(0.25), width: 32, blocks: 2, seed: 0,
      by: Trainer(.windows, name: "windows", checkpoints: networks))
    expectLesson(networks.trained("windows"), golden.networkWindows.axes, last: 32 * 8 + 8)
  }

  @Test func aNetworkAlongGivenAxes() {
    let denoiser = AxisDenoiser(
      axes: formula(seed: 0, 8, 8), variances: (1...8).map { Float($0) }, noise: 0.5,
      trained: Self.network(inputs: 8))
    var residuals = Matrix(rows: 64, columns: 8)
    denoiser.correct(&residuals, of: Self.windows)
    expectClose(
      residuals.values, golden.networkWindows.axisCorrection.flatMap { $0 }, tolerance: 1e-4)
  }

  @Test func aNetworkUnderAGivenCondition() {
    let condition = WindowCondition(
      hidden: 2, mean: [Float](repeating: 0, count: 8), estimator: formula(seed: 3, 6, 2),
      variance: [1, 1],
      frame: WindowCondition.Frame(
        whitener: formula(seed: 1, 8, 8, scale: 16), root: formula(seed: 2, 8, 2)))
    let denoiser = WindowDenoiser(hidden: [1, 2], trained: Self.network(inputs: 10))
    let correction = denoiser.correction(
      condition, Self.windows, expected: condition.expectation(Self.windows))
    expectClose(
      correction.values, golden.networkWindows.windowCorrection.flatMap { $0 }, tolerance: 1e-4)
  }

  // Cases.

  /// Windows of 8 features that do not covary, so that these are their principal axes: signs of
  /// Hadamard's matrix times 1/4, 2/4, ...
  private static let windows = Matrix(
    rows: 64, columns: 8,
    values: (0..<64 * 8).map { index in
      let (row, column) = (index / 8, index % 8 + 1)
      return Float((row & column).nonzeroBitCount % 2 == 0 ? column : -column) / 4
    })

  private static func network(inputs: Int) -> TrainedNetwork {
    let shape = NetworkShape(inputs: inputs, outputs: 8, width: 32, blocks: 2)
    return TrainedNetwork(
      network: ResidualNetwork(shape), parameters: formulaParameters(shape),
      history: TrainingHistory())
  }

  private func expectLesson(
    _ trained: TrainingProgress?, _ golden: Golden.Lesson, last count: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let (loss, heldOut) = (trained?.history.finalLoss, trained?.history.heldOutLoss)
    expectClose(
      [loss, heldOut].map { $0 ?? .nan }, [golden.loss, golden.heldOutLoss], tolerance: 1e-4,
      sourceLocation: sourceLocation)
    expectClose(
      trained?.gradient(last: count).suffix(golden.gradient.count) ?? [], golden.gradient,
      tolerance: 1e-4, sourceLocation: sourceLocation)
  }

  private func fitTable(stepsLeft: Int) async throws -> (
    fit: TableFit, encoder: TableEncoder, networks: GivenNetworks
  ) {
    let (baseline, schema) = try readTable("narrow-baseline.csv")
    let encoder = try TableEncoder.fit(to: baseline, schema: schema)
    let networks = GivenNetworks([
      "denoiser": .given(NeuralDenoiser.shape(features: 2), .rows, stepsLeft: stepsLeft),
      "noise level": .given(
        NoiseLevelEstimator.shape(features: 2), .noiseLevels, stepsLeft: stepsLeft),
    ])
    let fit = await TableScorer.fit(
      to: try encoder.encode(baseline), groups: encoder.columns.map(\.features),
      options: TableScorerOptions(), workers: 2, checkpoints: networks)
    return (fit, encoder, networks)
  }

  /// One channel with a network that answers every window alike.
  private func fitSeries(stepsLeft: Int, answer: (_ count: Int) -> [Float]) async throws -> (
    fit: SeriesFit, encoder: SeriesEncoder, networks: GivenNetworks
  ) {
    let (table, schema) = try readTable("one-baseline.csv")
    let features = Schema(columns: schema.columns.filter { $0.name != "time" })
    let encoder = try SeriesEncoder.fit(to: [table], schema: features, interval: nil)
    let segments = try encoder.segments(of: table, rows: Array(0..<table.rowCount), times: nil)
    let shape = WindowDenoiser.shape(features: 120, hidden: [1, 4], width: 128, blocks: 2)
    var parameters = ResidualNetwork(shape).initialParameters(seed: 0)
    parameters.replaceSubrange((parameters.count - 120)..., with: answer(120))
    var training = TrainingOptions.windows
    training.steps = 2_000
    let networks = GivenNetworks([
      "windows": .given(shape, training, stepsLeft: stepsLeft, parameters: parameters)
    ])
    let fit = await SeriesScorer.fit(
      to: segments.map(\.values), filled: segments.map(\.filled),
      distinct: encoder.channels.map(\.distinct), options: SeriesScorerOptions(), workers: 2,
      checkpoints: networks)
    return (fit, encoder, networks)
  }
}
