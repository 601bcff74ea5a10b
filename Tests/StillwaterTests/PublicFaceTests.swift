import Foundation
import Stillwater
import TestSupport
import Testing

/// The library as its users call it: with `import Stillwater` alone.
@Suite struct PublicFaceTests {
  /// Rows near a line, with a gap here and there and a category that follows the sign of `a`.
  private struct Sample {
    let a, b: [Double]
    let side: [String?]

    init(_ rows: Int, from start: Int = 0) {
      a = (start..<start + rows).map { (row: Int) -> Double in Double((row * 37) % 101) / 10 - 5 }
      b = zip(a, start...).map { (a: Double, row: Int) -> Double in
        row % 29 == 3 ? .nan : 2 * a + Double((row * 53) % 17) / 20
      }
      side = zip(a, start...).map { a, row in
        row % 31 == 5 ? nil : a > 0 ? "up, \"far\"" : "down\nbelow"
      }
    }

    /// The same rows as the text of a file that somebody else wrote.
    func csv(_ delimiter: String = ",", decimal: String = ".") -> String {
      let rows = zip(zip(a, b), side).map { numbers, side in
        let cells = [numbers.0, numbers.1].map {
          $0.isNaN ? "NA" : "\($0)".replacing(".", with: decimal)
        }
        let text = side.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" } ?? ""
        return (cells + [text]).joined(separator: delimiter)
      }
      return (["a", "b", "side"].joined(separator: delimiter) + "\n")
        + rows.joined(separator: "\n") + "\n"
    }

    var table: RowTable {
      RowTable([.numbers("a", a), .numbers("b", b), .texts("side", side)])
    }
  }

  private static let quick: TrainingSettings = {
    var settings = TrainingSettings()
    settings.quality = .fast
    return settings
  }()

  private func all(_ rows: ScoredRows) async throws -> ([ScoredRow], ScoringReport?) {
    var all: [ScoredRow] = []
    for try await row in rows { all.append(row) }
    return (all, await rows.report)
  }

  @Test(arguments: [CSVFormat(), CSVFormat(delimiter: .semicolon, decimal: .comma)])
  func rowsFromMemoryScoreAsThoseOfAFile(format: CSVFormat) async throws {
    let folder = try Workdir()
    var settings = Self.quick
    settings.format = format
    let marks = format == CSVFormat() ? (",", ".") : (";", ",")
    let (baseline, test) = (Sample(300), Sample(60, from: 400))
    let path = try folder.write("b.csv", baseline.csv(marks.0, decimal: marks.1))
    let file = try await Detector.train(on: [path], settings)
    let memory = try await Detector.train(on: baseline.table, settings)
    try file.detector.save(to: folder.file("file"))
    try memory.detector.save(to: folder.file("memory"))
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: folder.file("file")))
        == Data(contentsOf: URL(fileURLWithPath: folder.file("memory"))))
    #expect(file.report.missingValues == 21 && memory.report.missingValues == 21)

    let tested = try folder.write("t.csv", test.csv(marks.0, decimal: marks.1))
    let options = ScoringOptions(explains: true)
    let (fileRows, fileReport) = try await all(file.detector.score(tested, options))
    let (memoryRows, memoryReport) = try await all(memory.detector.score(test.table, options))
    #expect(fileRows == memoryRows && fileRows.count == 60)
    #expect(fileReport == memoryReport && fileReport?.rowsScored == 60)
  }

  @Test func timesInMemoryMakeASeries() async throws {
    let folder = try Workdir()
    let start = Int64(1_700_000_000_123_456_789)
    let values = (0..<400).map { (row: Int) -> Double in
      sin(Double(row) / 8) + Double(row * 7 % 11) / 100
    }
    let times = (0..<400).map { (row: Int) -> Int64 in start + Int64(row) * 60_000_000_000 }
    var settings = Self.quick
    (settings.columns.time, settings.format) = ("time", CSVFormat(timeUnit: .nanoseconds))
    let table = RowTable([.times("time", times), .numbers("v", values)])
    let text = zip(times, values).map { "\($0),\($1)\n" }.joined()
    let path = try folder.write("s.csv", "time,v\n" + text)
    let file = try await Detector.train(on: [path], settings).detector
    let memory = try await Detector.train(on: table, settings).detector
    #expect(file.card.kind == "series")
    #expect(try await all(file.score(path)).0 == all(memory.score(table)).0)
  }

  @Test func aColumnOfMissingCellsLosesNoRow() async throws {
    var values = (0..<100).map { Double($0 * 37 % 50) / 7 }
    values[40] = .nan
    let (detector, report) = try await Detector.train(
      on: RowTable([.numbers("v", values)]), Self.quick)
    #expect(report.rowsIn == 100 && report.missingValues == 1)
    let (rows, _) = try await all(detector.score(RowTable([.numbers("v", [1, .nan, 2])])))
    #expect(rows.map(\.line) == [2, 3, 4])
  }

  @Test func trainingTellsWhatItMet() async throws {
    let folder = try Workdir()
    var settings = Self.quick
    settings.badRows = .quarantine()
    let path = try folder.write("b.csv", Sample(300).csv() + "1,x,up\n4.5,-9,\"down\nbelow\"")
    let (_, report) = try await Detector.train(on: [path], settings)
    #expect(report.rowsIn == 302 && report.rowsUsed == 301)
    #expect(report.badRows.map(\.column) == ["b"] && report.badRows[0].text == "1,x,up")
    #expect(report.badRows[0].reason.hasPrefix("expected a number, found \"x\""))
    #expect(report.suspiciousRows.first?.line == report.badRows[0].line + 1)
    #expect(report.warnings.contains { $0.contains("the last line has no line end") })
    settings.badRows = .fail
    let error = await #expect(throws: StillwaterError.self) {
      try await Detector.train(on: [path], settings)
    }
    #expect(error?.kind == .badData && error?.description.contains(":b: expected a number") == true)
  }

  @Test func scoresComeWithWarningsAndBadRows() async throws {
    let detector = try await Detector.train(on: Sample(300).table, Self.quick).detector
    let table = RowTable(
      [
        .numbers("a", [1, .infinity, 3]), .texts("b", ["2", "3", "6"]),
        .texts("side", ["sideways", "down\nbelow", nil]), .numbers("new", [1, 2, 3]),
      ], name: "today")
    let rows = detector.score(table, ScoringOptions(badRows: .quarantine(maximum: 1)))
    #expect(await rows.report == nil)
    var lines: [Int] = []
    for try await row in rows { lines.append(row.line) }
    let report = try #require(await rows.report)
    #expect(lines == [2, 5] && report.rowsScored == 2 && report.missingValues == 1)
    #expect(report.badRows.map(\.file) == ["today"] && report.badRows.map(\.line) == [3])
    #expect(
      report.warnings == [
        "today: unknown columns are ignored: \"new\"",
        "today: column \"side\" holds 1 cells with a category that the baseline never had",
      ])
    let refused = detector.score(table, ScoringOptions(badRows: .quarantine(maximum: 0)))
    await #expect(throws: StillwaterError.self) { for try await _ in refused {} }
    #expect(await refused.report == nil)
  }

  @Test(arguments: [ThresholdMethod.conformal, .quantile, .extremeValue])
  func theThresholdCanBeSetInEveryWay(method: ThresholdMethod) async throws {
    var settings = Self.quick
    (settings.thresholdMethod, settings.falseAlarmRate) = (method, 0.05)
    var detector = try await Detector.train(on: Sample(300).table, settings).detector
    let trained = detector.threshold
    let report = try await detector.calibrate(
      on: Sample(200, from: 500).table, method: method, falseAlarmRate: 0.2)
    #expect(report.rowsScored == 200 && detector.threshold < trained)
  }

  @Test func theBestF1NeedsLabels() async throws {
    var settings = Self.quick
    settings.columns.label = "label"
    var detector = try await Detector.train(on: Sample(300).table, settings).detector
    let sample = Sample(40, from: 500)
    var b = sample.b
    b[7] = 30
    let labels = b.indices.map { $0 == 7 ? "1" : "0" }
    let columns: [RowTable.Column] = [
      .numbers("a", sample.a), .numbers("b", b), .texts("side", sample.side),
    ]
    try await detector.calibrate(on: RowTable(columns + [.texts("label", labels)]), method: .bestF1)
    let (rows, _) = try await all(detector.score(RowTable(columns)))
    #expect(rows.indices.filter { rows[$0].isAnomaly } == [7])
    let before = detector.threshold
    let error = await #expect(throws: StillwaterError.self) {
      try await detector.calibrate(on: RowTable(columns), method: .bestF1)
    }
    #expect(error?.kind == .badData && detector.threshold == before)
  }

  @Test func settingsThatMakeNoSenseAreRefused() async throws {
    let changes: [(String, @Sendable (inout TrainingSettings) -> Void)] = [
      ("window", { $0.window = 1 }), ("threads", { $0.threads = 0 }),
      ("exemplars", { $0.exemplars = -1 }), ("causal", { $0.isCausal = true }),
      ("best-f1", { $0.thresholdMethod = .bestF1 }),
      ("decimal comma", { $0.format = CSVFormat(decimal: .comma) }),
    ]
    for (word, change) in changes {
      var settings = Self.quick
      change(&settings)
      let error = await #expect(throws: StillwaterError.self) {
        try await Detector.train(on: Sample(50).table, settings)
      }
      #expect(error?.kind == .usage && error?.description.contains(word) == true)
    }
  }

  /// Errors are typed: the compiler knows that nothing else is thrown.
  @Test func everyFaultIsAStillwaterError() async {
    do throws(StillwaterError) {
      _ = try Detector(contentsOf: "/nowhere/m")
    } catch { #expect(error.kind == .missingInput) }
    do throws(StillwaterError) {
      _ = try await Detector.train(on: ["/nowhere/b.csv"])
    } catch { #expect(error.kind == .missingInput) }
    do throws(StillwaterError) {
      let (detector, _) = try await Detector.train(on: Sample(60).table, Self.quick)
      var rows = detector.score("/nowhere/t.csv").makeAsyncIterator()
      _ = try await rows.next(isolation: nil)
    } catch { #expect(error.kind == .missingInput) }
  }
}
