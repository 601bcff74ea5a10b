import Evaluation
import Foundation
import Stillwater
import TestSupport
import Testing

/// Floors under the quality on labelled data, through the public library.
@Suite(.slow) struct QualityTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Labelled sets beside the checkout; a user's machine has none.
  private static let shared = root.deletingLastPathComponent()
    .appendingPathComponent("shared/data/tabular")

  private func auroc(_ set: URL, _ settings: TrainingSettings) async throws -> Double {
    let baseline = set.appendingPathComponent("baseline.csv").path
    let detector = try await Detector.train(on: [baseline], settings).detector
    let test = set.appendingPathComponent("test.csv").path
    let judged = try await detector.reading(label: "label", positive: nil).labelledScores(
      of:
        .file(test), ScoringOptions())
    return try #require(ScoreRanking(scores: judged.scores, labels: judged.labels ?? []).auroc)
  }

  @Test(arguments: [Quality.fast, .balanced])
  func paymentsAreToldApart(quality: Quality) async throws {
    var settings = TrainingSettings()
    settings.quality = quality
    let value = try await auroc(Self.root.appendingPathComponent("data/payments"), settings)
    #expect(value > 0.93, "\(value)")
  }

  @Test func sensorFaultsAreToldApart() async throws {
    var settings = TrainingSettings()
    (settings.quality, settings.columns.time) = (.fast, "time")
    let value = try await auroc(Self.root.appendingPathComponent("data/sensors"), settings)
    #expect(value > 0.7, "\(value)")
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: shared.path),
      "needs the labelled sets in ../shared/data"),
    arguments: [("breastw", 0.97), ("wine", 0.93), ("cardio", 0.97)])
  func sharedSetsReachTheirFloor(name: String, floor: Double) async throws {
    let value = try await auroc(Self.shared.appendingPathComponent(name), TrainingSettings())
    #expect(value > floor, "\(name) \(value)")
  }

  @Test func theLibraryTrainsSavesLoadsAndScores() async throws {
    let folder = try Workdir()
    let set = Self.root.appendingPathComponent("data/payments")
    var settings = TrainingSettings()
    settings.quality = .fast
    let detector = try await Detector.train(
      on: [set.appendingPathComponent("baseline.csv").path], settings
    ).detector
    try detector.save(to: folder.file("m"))
    let loaded = try Detector(contentsOf: folder.file("m"))
    let test = set.appendingPathComponent("test.csv").path
    var (before, after): ([ScoredRow], [ScoredRow]) = ([], [])
    for try await row in detector.score(test, ScoringOptions(explains: true)) { before.append(row) }
    for try await row in loaded.score(test, ScoringOptions(explains: true)) { after.append(row) }
    #expect(before == after && before.count == 8_000)
    #expect(before.allSatisfy { $0.score.isFinite && $0.pValue > 0 && $0.pValue <= 1 })
    let flagged = before.filter(\.isAnomaly).count
    #expect(before.allSatisfy { $0.isAnomaly == ($0.score > detector.threshold) } && flagged > 50)
  }
}
