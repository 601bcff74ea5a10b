import Evaluation
import Foundation
import Testing

@Suite struct ConfusionTests {
  @Test func countsAndRates() {
    let confusion = Confusion(
      flags: [true, true, true, false, false, false, false],
      labels: [true, true, false, true, false, false, false])
    #expect(confusion.truePositives == 2 && confusion.falsePositives == 1)
    #expect(confusion.falseNegatives == 1 && confusion.trueNegatives == 3)
    #expect(confusion.precision == 2.0 / 3 && confusion.recall == 2.0 / 3)
    #expect(confusion.f1 == 2.0 / 3 && confusion.falseAlarmsPerThousand == 250)
  }

  @Test func leavesEmptyRatiosUndefined() {
    let quiet = Confusion(flags: [false, false], labels: [true, true])
    #expect(quiet.precision == nil && quiet.recall == 0 && quiet.f1 == 0)
    #expect(quiet.falseAlarmRate == nil)
    let normal = Confusion(flags: [true, false], labels: [false, false])
    #expect(normal.recall == nil && normal.f1 == nil && normal.precision == 0)
  }
}

@Suite struct PointAdjustedF1Tests {
  @Test(arguments: try Golden.load().cases)
  func agreesWithTheReference(golden: Golden.Case) {
    let adjusted = PointAdjustedF1(scores: golden.scores, labels: golden.truth)
    #expect(isClose(adjusted?.pointAdjusted, golden.pointAdjustedF1))
  }

  @Test func randomScoresLookGoodOnLongStretches() throws {
    let labels = (0..<4000).map { (1000..<1800).contains($0) || (3000..<3500).contains($0) }
    let scores = labels.map { $0 ? Float(1) : 0 }
    let adjusted = try #require(PointAdjustedF1(scores: scores, labels: labels))
    #expect(adjusted.pointAdjusted == 1)
    #expect(adjusted.randomControl > 0.9 && adjusted.randomControl < 1)
  }

  @Test func isUndefinedWithoutAnomalies() {
    #expect(PointAdjustedF1(scores: [1, 2], labels: [false, false]) == nil)
  }
}

@Suite struct MetricsTests {
  @Test func gatherWhatWasAskedFor() throws {
    let (scores, labels) = sampleRows(200, seed: 3)
    let flags = scores.map { $0 > 60 }
    let metrics = Metrics(
      scores: scores, labels: labels,
      extent: Metrics.Extent(flags: flags, window: 10, pointAdjusted: true))
    let ranking = ScoreRanking(scores: scores, labels: labels)
    #expect(metrics.auroc == ranking.auroc && metrics.auprc == ranking.auprc)
    #expect(metrics.atThreshold?.confusion == Confusion(flags: flags, labels: labels))
    let volume = try #require(VolumeUnderSurface(scores: scores, labels: labels, window: 10))
    #expect(metrics.vusPR == volume.vusPR && metrics.vusROC == volume.vusROC)
    #expect(metrics.vusWindow == 10 && metrics.pointAdjusted != nil)
    #expect(metrics.undefined.isEmpty && metrics.rows == 200)
  }

  @Test func sayWhatIsUndefined() {
    let metrics = Metrics(
      scores: [1, .nan], labels: [false, false],
      extent: Metrics.Extent(flags: [false, false], window: 4))
    #expect(metrics.auroc == nil && metrics.vusPR == nil && metrics.missingScores == 1)
    #expect(
      metrics.undefined == [
        "AUROC, AUPRC and VUS are undefined: all 2 rows are labelled normal",
        "F1 and recall are undefined: no row is labelled anomalous",
        "precision is undefined: no row was flagged",
      ])
    let anomalous = Metrics(
      scores: [1], labels: [true], extent: Metrics.Extent(flags: [true]))
    #expect(
      anomalous.undefined == [
        "AUROC and AUPRC are undefined: all 1 rows are labelled anomalous",
        "false alarms per thousand are undefined: no row is labelled normal",
      ])
    #expect(
      Metrics(scores: [], labels: []).undefined.first
        == "AUROC and AUPRC are undefined: there are no rows")
  }

  @Test(
    arguments: [[1, 2, 3, 4], [.nan, .infinity, 0, 0], [.nan, .nan, .nan, .nan]] as [[Float]])
  func surviveJSON(scores: [Float]) throws {
    let metrics = Metrics(
      scores: scores, labels: [true, true, true, false],
      extent: Metrics.Extent(flags: [true, false, true, true], window: 2, pointAdjusted: true))
    let json = try JSONEncoder().encode(metrics)
    #expect(try JSONDecoder().decode(Metrics.self, from: json) == metrics)
    #expect(metrics.atThreshold?.falseAlarmsPerThousand == 1_000)
  }
}
