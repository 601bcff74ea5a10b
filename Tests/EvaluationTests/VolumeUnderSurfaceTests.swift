import Evaluation
import Testing

@Suite struct VolumeUnderSurfaceTests {
  @Test(arguments: try Golden.load().cases)
  func agreesWithTheBenchmark(golden: Golden.Case) {
    let volume = VolumeUnderSurface(
      scores: golden.scores, labels: golden.truth, window: golden.window)
    #expect(isClose(volume?.vusPR, golden.vusPr))
    #expect(isClose(volume?.vusROC, golden.vusRoc))
  }

  @Test(arguments: [UInt64(1), 2])
  func ignoresStrictlyIncreasingMaps(seed: UInt64) {
    let (scores, labels) = sampleRows(300, seed: seed, levels: 50)
    let plain = VolumeUnderSurface(scores: scores, labels: labels, window: 9)
    let mapped = VolumeUnderSurface(
      scores: scores.map { $0 * $0 * $0 + $0 }, labels: labels, window: 9)
    #expect(plain != nil && plain == mapped)
  }

  @Test func isUndefinedForOneClass() {
    let scores: [Float] = [1, 2, 3]
    #expect(VolumeUnderSurface(scores: scores, labels: [true, true, true], window: 2) == nil)
    #expect(VolumeUnderSurface(scores: scores, labels: [false, false, false], window: 2) == nil)
    #expect(VolumeUnderSurface(scores: [], labels: [], window: 2) == nil)
  }

  @Test func takesNaNForTheHighestScore() {
    var (scores, labels) = sampleRows(200, seed: 5)
    labels[77] = true
    scores[77] = .nan
    let missing = VolumeUnderSurface(scores: scores, labels: labels, window: 6)
    scores[77] = 1e30
    #expect(missing != nil)
    #expect(missing == VolumeUnderSurface(scores: scores, labels: labels, window: 6))
  }

  @Test(arguments: [(0, 1), (1, 2), (5, 2)])
  func handlesTheShortestSeries(window: Int, rows: Int) {
    let labels = (0...rows).map { $0 == 0 }
    let perfect = VolumeUnderSurface(
      scores: labels.map { $0 ? 1 : 0 }, labels: labels, window: window)
    #expect(isClose(perfect?.vusPR, 1) && isClose(perfect?.vusROC, 1))
  }
}

@Suite struct DominantPeriodTests {
  @Test(arguments: try Golden.load().periods)
  func agreesWithTheBenchmark(golden: Golden.Period) {
    #expect(dominantPeriod(of: golden.series) == golden.period)
  }

  @Test(
    arguments: [[], [1], [.nan, 1, 2, 1, 2, 1, 2, 1, 2], [3, 3, 3, 3, 3, 3, 3, 3]] as [[Float]])
  func fallsBackWithoutPeaks(series: [Float]) {
    #expect(dominantPeriod(of: series) == 125)
  }

  @Test func looksAtTheFirst20000RowsOnly() {
    let wave = (0..<20_000).map { Float($0 % 30) }
    #expect(dominantPeriod(of: wave) == 30)
    let tail = (0..<30_000).map { Float($0 % 50) * 1000 }
    #expect(dominantPeriod(of: wave + tail) == 30)
  }
}
