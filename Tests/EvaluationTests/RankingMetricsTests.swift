import Evaluation
import Testing

@Suite struct RankingMetricsTests {
  @Test(arguments: try Golden.load().cases)
  func agreeWithTheReference(golden: Golden.Case) {
    let ranking = ScoreRanking(scores: golden.scores, labels: golden.truth)
    #expect(isClose(ranking.auroc, golden.auroc))
    #expect(isClose(ranking.auprc, golden.auprc))
    #expect(isClose(ranking.bestF1?.f1, golden.bestF1))
    #expect(isClose(ranking.f1AtTrueRate, golden.f1AtTrueRate))
  }

  @Test(arguments: [1, 2, 7, 60], [2, 5, 1000])
  func aurocCountsPairs(count: Int, levels: Int) {
    let (scores, labels) = sampleRows(count, seed: UInt64(count), levels: levels)
    var (won, pairs) = (0.0, 0)
    for (anomaly, isAnomaly) in zip(scores, labels) where isAnomaly {
      for (normal, isOther) in zip(scores, labels) where !isOther {
        won += anomaly > normal ? 1 : anomaly == normal ? 0.5 : 0
        pairs += 1
      }
    }
    let expected = pairs > 0 ? won / Double(pairs) : nil
    #expect(ScoreRanking(scores: scores, labels: labels).auroc == expected)
  }

  @Test func areUndefinedWithoutBothClasses() {
    let normal = ScoreRanking(scores: [1, 2], labels: [false, false])
    #expect(normal.auroc == nil && normal.auprc == nil && normal.bestF1 == nil)
    #expect(normal.f1AtTrueRate == nil)
    let anomalous = ScoreRanking(scores: [1, 2], labels: [true, true])
    #expect(anomalous.auroc == nil && anomalous.auprc == nil)
    #expect(anomalous.bestF1?.f1 == 1 && anomalous.f1AtTrueRate == 1)
    #expect(ScoreRanking(scores: [], labels: []).auroc == nil)
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func ignoreStrictlyIncreasingMaps(seed: UInt64) {
    let (scores, labels) = sampleRows(200, seed: seed, levels: 40)
    let plain = ScoreRanking(scores: scores, labels: labels)
    let mapped = ScoreRanking(scores: scores.map { $0 * $0 * $0 + 2 * $0 }, labels: labels)
    #expect(plain.auroc == mapped.auroc && plain.auprc == mapped.auprc)
    #expect(plain.bestF1?.f1 == mapped.bestF1?.f1 && plain.f1AtTrueRate == mapped.f1AtTrueRate)
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func ignoreTheOrderOfRows(seed: UInt64) {
    let (scores, labels) = sampleRows(150, seed: seed, levels: 9)
    let turned = ScoreRanking(scores: scores.reversed(), labels: labels.reversed())
    #expect(ScoreRanking(scores: scores, labels: labels) == turned)
  }

  @Test(arguments: [UInt64(1), 2, 3, 4])
  func bestThresholdReachesBestF1(seed: UInt64) throws {
    let (scores, labels) = sampleRows(80, seed: seed, levels: 12)
    let best = try #require(ScoreRanking(scores: scores, labels: labels).bestF1)
    let flags = scores.map { $0 > best.threshold }
    #expect(Confusion(flags: flags, labels: labels).f1 == best.f1)
  }

  @Test func rankNaNAboveInfinityAndZerosEqual() {
    let ranking = ScoreRanking(
      scores: [-0.0, .nan, .infinity, 0.0, -.infinity, -1],
      labels: [true, true, false, false, false, false])
    #expect(ranking.ties.map(\.score.bitPattern).first == Float.nan.bitPattern)
    #expect(ranking.ties.dropFirst().map(\.score) == [.infinity, 0, -1, -.infinity])
    #expect(ranking.ties.map(\.normal) == [0, 1, 1, 1, 1])
    #expect(ranking.ties.map(\.anomalous) == [1, 0, 1, 0, 0])
  }

  @Test func unequalCountsStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = ScoreRanking(scores: [1], labels: [])
    }
  }
}
