import Evaluation
import Files
import Foundation
import Reporting
import Stages
import Stillwater
import Synchronization
import TestSupport
import Testing

/// Stages called from Swift: what each promises about rows, files and summaries.
@Suite(.slow) struct StageRunTests {
  private let folder: Workdir
  private static let ignore: ProgressHandler = { _, _ in }

  init() throws {
    folder = try Workdir()
    try folder.write("base.csv", text(0..<200))
    try folder.write("fresh.csv", text(500..<650))
    try folder.write("test.csv", text(900..<960, odd: [905, 931]))
  }

  /// Rows near a line, of which some lie beside it and are labelled.
  private func text(_ rows: Range<Int>, odd: Set<Int> = []) -> String {
    let lines = rows.map { row in
      let a = Double((row * 37) % 101) / 10 - 5
      let b = odd.contains(row) ? 30 : 2 * a + Double((row * 53) % 17) / 20
      return "\(a),\(b),\(a > 0 ? "up" : "down"),\(odd.contains(row) ? 1 : 0)\n"
    }
    return "a,b,side,label\n" + lines.joined()
  }

  private func trained(_ change: (inout TrainStage) -> Void = { _ in }) async throws -> RunSummary {
    var settings = TrainingSettings()
    (settings.quality, settings.columns.label) = (.fast, "label")
    var stage = TrainStage(
      files: [folder.file("base.csv")], model: folder.file("m"), settings: settings)
    change(&stage)
    return try await stage.run(progress: Self.ignore)
  }

  private func score(_ change: (inout ScoreStage) -> Void = { _ in }) async throws -> RunSummary {
    var stage = ScoreStage(
      files: [folder.file("test.csv")], model: folder.file("m"), output: folder.file("o.csv"))
    change(&stage)
    return try await stage.run(progress: Self.ignore)
  }

  private func lines(_ name: String = "o.csv") throws -> [Substring] {
    try folder.read(name).split(separator: "\n")
  }

  @Test func trainingAccountsForEveryRow() async throws {
    let summary = try await trained()
    #expect(summary.rowsIn == 200 && summary.rowsUsed == 200 && summary.rowsLeftOut == 0)
    #expect(summary.inputs.map(\.rows) == [200] && summary.output == folder.file("m"))
    #expect(summary.modelSha256?.count == 64 && summary.inputs[0].sha256.count == 64)
    #expect(summary.promise?.contains("expected false-alarm rate") == true)
    #expect(summary.suspiciousRows?.count == 10)
    let kept = try folder.read("m.summary.json")
    #expect(kept == String(decoding: summary.json(), as: UTF8.self))
  }

  /// Rows labelled as anomalies are no baseline.
  @Test func labelledAnomaliesAreLeftOut() async throws {
    try folder.write("base.csv", text(0..<200, odd: [3, 77, 150]))
    let summary = try await trained()
    #expect(summary.rowsIn == 200 && summary.rowsUsed == 197 && summary.rowsLeftOut == 3)
  }

  @Test func scoringFindsWhatWasPutIn() async throws {
    _ = try await trained()
    let summary = try await score()
    #expect(summary.rowsIn == 60 && summary.rowsScored == 60 && summary.rowsQuarantined == 0)
    #expect(try lines().count == 61)
    let odd = try lines().filter { $0.contains(",30.0,") || $0.contains(",30,") }
    #expect(odd.count == 2 && odd.allSatisfy { $0.split(separator: ",")[8] == "1" }, "\(odd)")
    #expect(summary.anomalies.map { $0 >= 2 && $0 <= 5 } == true)
  }

  @Test func aThresholdGivenByHandCounts() async throws {
    _ = try await trained()
    #expect(try await score { $0.threshold = -1e9 }.anomalies == 60)
    #expect(try await score { $0.threshold = 1e9 }.anomalies == 0)
    let half = try await score { $0.falseAlarmRate = 0.5 }
    #expect(half.anomalies.map { (10...50).contains($0) } == true, "\(half.anomalies ?? -1)")
  }

  @Test func severalFilesAreOneOutput() async throws {
    _ = try await trained()
    let files = ["test.csv", "fresh.csv"].map { folder.file($0) }
    let summary = try await score { $0.files = files }
    #expect(summary.rowsScored == 210 && summary.inputs.map(\.rows) == [60, 150])
    let together = try lines()
    _ = try await score()
    let alone = try lines()
    #expect(Array(together.prefix(61)) == alone && together.count == 211)
  }

  @Test func judgingByAModelIsJudgingItsScores() async throws {
    _ = try await trained()
    _ = try await score()
    var byModel = EvaluateStage(files: [folder.file("test.csv")])
    byModel.model = folder.file("m")
    var byScores = EvaluateStage(files: [folder.file("o.csv")])
    byScores.output = folder.file("e.json")
    let (model, scores) = (
      try await byModel.run(progress: Self.ignore), try await byScores.run(progress: Self.ignore)
    )
    #expect(model.metrics == scores.metrics && model.auroc == 1)
    #expect(scores.rowsIn == 60 && model.metrics?.anomalousRows == 2)
    #expect(try folder.read("e.json").contains("\"auroc\" : 1"))
  }

  @Test func calibratingMovesTheThresholdAndNotTheScores() async throws {
    _ = try await trained()
    _ = try await score()
    let before = try lines()
    var stage = CalibrateStage(files: [folder.file("fresh.csv")], model: folder.file("m"))
    (stage.output, stage.falseAlarmRate) = (folder.file("m2"), 0.2)
    let summary = try await stage.run(progress: Self.ignore)
    #expect(summary.rowsIn == 150 && summary.falseAlarmRate == 0.2)
    let strict = try await score { $0.model = folder.file("m2") }
    let after = try lines()
    func scores(_ lines: [Substring]) -> [Substring] {
      lines.map { $0.split(separator: ",", omittingEmptySubsequences: false)[5] }
    }
    #expect(scores(before) == scores(after))
    #expect(strict.threshold != nil && strict.threshold == summary.threshold)
  }

  @Test func damagedRowsAreRefusedOrCounted() async throws {
    _ = try await trained()
    try folder.write("test.csv", text(900..<910) + "1,oops,up,0\n1,2\n")
    let error = await #expect(throws: StillwaterError.self) { try await score() }
    #expect(error?.kind == .badData && error?.description.contains("test.csv:12:b") == true)
    #expect(!folder.exists("o.csv") && !folder.exists("o.csv.summary.json"))
    let summary = try await score { $0.options.badRows = .quarantine(maximum: nil) }
    #expect(summary.rowsIn == 12 && summary.rowsScored == 10 && summary.rowsQuarantined == 2)
    #expect(try lines("o.csv.rejects.csv").count == 3)
    let most = await #expect(throws: StillwaterError.self) {
      try await score { $0.options.badRows = .quarantine(maximum: 1) }
    }
    #expect(most?.kind == .badData)
  }

  @Test func filesThatAreNotThereAreNamed() async throws {
    let noModel = await #expect(throws: StillwaterError.self) { try await score() }
    #expect(
      noModel?.kind == .missingInput && noModel?.description.contains("m: no such file") == true)
    _ = try await trained()
    let noRows = await #expect(throws: StillwaterError.self) {
      try await score { $0.files = [folder.file("gone.csv")] }
    }
    #expect(noRows?.kind == .missingInput && noRows?.description.contains("gone.csv") == true)
    #expect(!folder.exists("o.csv"))
  }

  @Test func oldOutputsStayWhereThatIsWanted() async throws {
    _ = try await trained()
    try folder.write("o.csv", "old")
    let error = await #expect(throws: StillwaterError.self) {
      try await score { $0.rules.existing = .refuse }
    }
    #expect(error?.description.contains("o.csv") == true)
    #expect(try folder.read("o.csv") == "old")
  }

  @Test func aTableIsNotRepaired() async throws {
    _ = try await trained()
    let stage = RepairStage(
      files: [folder.file("test.csv")], model: folder.file("m"), output: folder.file("r.csv"))
    let error = await #expect(throws: StillwaterError.self) {
      try await stage.run(progress: Self.ignore)
    }
    #expect(error?.description.contains("it is a model of a table") == true)
    #expect(!folder.exists("r.csv"))
  }

  @Test func progressIsTold() async throws {
    let told = Told()
    var settings = TrainingSettings()
    settings.quality = .fast
    let stage = TrainStage(
      files: [folder.file("base.csv")], model: folder.file("m"), settings: settings)
    _ = try await stage.run { activity, _ in told.add(activity) }
    #expect(told.all.contains { $0.hasPrefix("learning from ") })
  }
}

/// What a stage said of its progress.
private final class Told: Sendable {
  private let activities = Mutex<[String]>([])

  var all: [String] { activities.withLock { $0 } }

  func add(_ activity: String) { activities.withLock { $0.append(activity) } }
}
