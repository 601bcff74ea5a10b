import Compute
import Diffusion
import Neural
import TestSupport
import Testing

/// One set of laws for every denoiser of rows.
@Suite struct DenoiserTests {
  private static let baseline = planarRows(400, columns: 5, seed: 1)
  private static let fresh = planarRows(64, columns: 5, seed: 2)
  private static let search = NearestRows(baseline)

  enum Kind: CaseIterable { case empirical, localGaussian, windowGaussian, neural }

  static let trained: NeuralDenoiser = {
    var options = TrainingOptions.rows
    (options.steps, options.batch) = (200, 64)
    return NeuralDenoiser.fit(to: baseline, heldOut: fresh, options: options)
  }()

  private static func neighbors(of rows: Matrix) -> Neighbors {
    search.rows.nearestFirst(search.neighbors(of: rows, count: 64), to: PaddedRows(rows))
  }

  private static func local(_ rows: Matrix, sigma: Float, count: Int = 16)
    -> LocalGaussianDenoiser.Reconstruction
  {
    LocalGaussianDenoiser(search.rows, count: count, at: .encoded(sigma))
      .reconstruct(PaddedRows(rows), near: neighbors(of: rows), details: true)
  }

  private static func gaussian(sigma: Float) -> WindowGaussianDenoiser {
    WindowGaussianDenoiser(
      WindowGaussian.fit(to: baseline), at: .encoded(sigma), centersWindows: false)
  }

  private static func denoise(_ noised: Matrix, _ kind: Kind, sigma: Float) -> Matrix {
    switch kind {
    case .empirical:
      EmpiricalDenoiser(search.rows, at: .encoded(sigma))
        .reconstruct(PaddedRows(noised), near: neighbors(of: noised)).denoised.matrix
    case .localGaussian: local(noised, sigma: sigma).denoised(noised)
    case .windowGaussian: gaussian(sigma: sigma).denoise(noised, sigma: sigma)
    case .neural: trained.denoise(noised, sigma: sigma)
    }
  }

  private func meanError(_ a: Matrix, _ b: Matrix) -> Float {
    a.rowSquaredDistances(to: b).reduce(0, +) / Float(a.rows)
  }

  @Test(arguments: Kind.allCases)
  func takesNoiseAway(kind: Kind) {
    let noise = Matrix.gaussian(rows: 64, columns: 5, seed: 3, stream: 0)
    var noised = Self.fresh
    for index in noised.values.indices { noised.values[index] += 0.5 * noise.values[index] }
    let denoised = Self.denoise(noised, kind, sigma: 0.5)
    #expect(meanError(denoised, Self.fresh) < 0.8 * meanError(noised, Self.fresh))
  }

  @Test(arguments: Kind.allCases)
  func bringsNormalRowsBackBetterThanBrokenOnes(kind: Kind) {
    var broken = Self.fresh
    for row in 0..<64 { broken[row, 2] = Self.fresh[(row + 17) % 64, 2] }
    let normal = meanError(Self.denoise(Self.fresh, kind, sigma: 0.4), Self.fresh)
    let anomalous = meanError(Self.denoise(broken, kind, sigma: 0.4), broken)
    #expect(anomalous > 2 * normal)
  }

  /// D(x; σ) goes to x with σ; the empirical one only knows the baseline's rows.
  @Test(arguments: Kind.allCases)
  func returnsItsInputAsNoiseVanishes(kind: Kind) {
    let rows = kind == .empirical ? Self.baseline.selecting(rows: [3, 99]) : Self.fresh
    // Far less than rows stand off the plane, 0.05; where Q^(1/2) is rounded to single precision, as
    // little as that lets be.
    let sigma: Float = kind == .windowGaussian ? 1e-2 : 1e-3
    expectClose(
      Self.denoise(rows, kind, sigma: sigma).values, rows.values,
      tolerance: kind == .neural ? 1e-2 : 5e-3)
  }

  @Test func underMuchNoiseAGaussianReturnsItsMean() {
    let mean = Self.baseline.columnMeans()
    let far = Self.denoise(Self.fresh, .windowGaussian, sigma: 1e4)
    for row in 0..<64 { expectClose(Array(far.row(row)), mean, tolerance: 1e-3) }
    // So does the local one: the mean of the neighbours.
    let local = Self.denoise(Self.fresh, .localGaussian, sigma: 1e3)
    let near = Self.neighbors(of: Self.fresh).indices(of: 5).prefix(16).map { Int($0) }
    expectClose(
      Array(local.row(5)), Self.baseline.selecting(rows: near).columnMeans(), tolerance: 1e-3)
  }

  @Test func theEmpiricalErrorIsHowFarARowIsFromWhereItComesBack() {
    let denoiser = EmpiricalDenoiser(Self.search.rows, at: .encoded(0.5))
    let (denoised, errors) = denoiser.reconstruct(
      PaddedRows(Self.fresh), near: Self.neighbors(of: Self.fresh))
    expectClose(
      errors, Self.fresh.rowSquaredDistances(to: denoised.matrix), tolerance: 1e-4)
  }

  /// (x - D)' (C + σ² I) (x - D) / σ⁴, written out.
  @Test(arguments: [5, 16])
  func theLocalErrorIsWhitened(count: Int) {
    let sigma = 0.8
    let local = Self.local(Self.fresh, sigma: Float(sigma), count: count)
    let denoised = local.denoised(Self.fresh)
    let neighbors = Self.neighbors(of: Self.fresh)
    for row in 0..<16 {
      let near = Self.baseline.selecting(
        rows: neighbors.indices(of: row).prefix(count).map { Int($0) })
      let covariance = near.covariance(around: near.columnMeans())
        .addingToDiagonal(sigma * sigma)
      let pull = (0..<5).map { Double(Self.fresh[row, $0] - denoised[row, $0]) }
      var error = 0.0
      for i in 0..<5 { for j in 0..<5 { error += pull[i] * covariance[i, j] * pull[j] } }
      expectClose(
        [local.errors[row]], [Float(error / (sigma * sigma * sigma * sigma))],
        tolerance: 1e-3)
    }
  }

  /// Replacing a feature by what is expected of it lowers the error by its contribution, and no other
  /// value lowers it more.
  @Test func contributionsAreWhatTheErrorFallsBy() {
    let local = Self.local(Self.fresh, sigma: 0.8)
    let (contributions, expected) = local.attribution(Self.fresh)
    let neighbors = Self.neighbors(of: Self.fresh)
    let denoiser = LocalGaussianDenoiser(Self.search.rows, count: 16, at: .encoded(0.8))
    func errors(_ feature: Int, off step: Float) -> [Float] {
      var replaced = Self.fresh
      for row in 0..<64 { replaced[row, feature] = expected[row, feature] + step }
      return denoiser.reconstruct(PaddedRows(replaced), near: neighbors, details: false).errors
    }
    for feature in 0..<5 {
      let best = errors(feature, off: 0)
      let fall = zip(local.errors, best).map { $0 - $1 }
      expectClose(fall, (0..<64).map { contributions[$0, feature] }, tolerance: 1e-3)
      for step: Float in [-0.1, 0.1] {
        #expect(zip(errors(feature, off: step), best).allSatisfy { $0 > $1 })
      }
    }
  }

  /// One column of a row of the baseline is wrong: hidden, it is what its nearest rows hold.
  @Test func aHiddenColumnIsExpectedToBeWhatTheNearestHold() {
    var sample = Array(Self.baseline.row(7))
    sample[1] += 40
    let columns = [0..<1, 1..<2, 2..<5]
    let found = HiddenColumnDenoiser(Self.search, count: 3).reconstruct(sample, hiding: columns)
    let nearest = (0..<400).map { row in
      let rest = [0, 2, 3, 4].reduce(Float(0)) {
        $0 + (Self.baseline[row, $1] - sample[$1]) * (Self.baseline[row, $1] - sample[$1])
      }
      return (rest, row)
    }.sorted { $0.0 < $1.0 }.prefix(3).map(\.1)
    let mean = nearest.reduce(Float(0)) { $0 + Self.baseline[$1, 1] } / 3
    expectClose(found[1].expected, [mean], tolerance: 1e-5)
    #expect(found[1].gain > 10 * max(found[0].gain, found[2].gain) && found[2].expected.count == 3)
  }

  @Test func trainingRepeatsForASeedAndLowersTheLoss() {
    var options = TrainingOptions.rows
    (options.steps, options.batch) = (60, 32)
    let empty = Matrix(rows: 0, columns: 5)
    let first = NeuralDenoiser.fit(to: Self.baseline, heldOut: empty, options: options)
    let second = NeuralDenoiser.fit(to: Self.baseline, heldOut: empty, options: options)
    #expect(first.trained.parameters == second.trained.parameters)
    #expect(first.trained.history.steps == 60 && !first.trained.history.stoppedEarly)
    let held = Self.trained.trained.history.heldOutLoss ?? 9
    #expect(held < 0.8, "an untrained network has a loss of about 1, this one \(held)")
  }

  @Test func prototypesAreMeansOfTheirRows() {
    let two = Matrix(rows: 6, columns: 1, values: [0, 0.2, 0.1, 5, 5.1, 5.2])
    let prototypes = Prototypes.fit(to: two, count: 2, seed: 3)
    expectClose(prototypes.centers.values.sorted(), [0.1, 5.1], tolerance: 1e-5)
    let near = prototypes.posteriorMean(
      of: Matrix(rows: 1, columns: 1, values: [4]), sigmas: [0.1])
    expectClose(near.values, [5.1], tolerance: 1e-4)
  }

  @Test func trainingStopsWhenHeldOutRowsGetWorse() {
    var options = TrainingOptions.rows
    (options.steps, options.batch) = (2_000, 16)
    (options.evaluationInterval, options.patience) = (10, 3)
    let few = Self.baseline.selecting(rows: Array(0..<8))
    let fit = NeuralDenoiser.fit(to: few, heldOut: Self.fresh, options: options)
    #expect(fit.trained.history.stoppedEarly && fit.trained.history.steps < 2_000)
  }
}
