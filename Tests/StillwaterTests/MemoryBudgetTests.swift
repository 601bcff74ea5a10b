import Stillwater
import TestSupport
import Testing

/// Baselines that are larger than the memory they may take.
@Suite(.slow) struct MemoryBudgetTests {
  private func rows(_ range: Range<Int>, time: Bool = false) -> String {
    let lines = range.map { row in
      (time ? "\(row)," : "") + "\((row * 37) % 101),\((row * 53) % 97)"
    }
    return (time ? "t," : "") + "a,b\n" + lines.joined(separator: "\n") + "\n"
  }

  private var settings: TrainingSettings {
    var settings = TrainingSettings()
    (settings.quality, settings.memory) = (.fast, 1 << 20)
    return settings
  }

  @Test func ofTablesASampleIsLearnedFromAndEveryRowIsCounted() async throws {
    let folder = try Workdir()
    let files = try [0..<9_000, 9_000..<20_000].enumerated().map {
      try folder.write("\($0.offset).csv", rows($0.element))
    }
    let outcome = try await Detector.outcome(of: files.map(RowSource.file), settings)
    #expect(outcome.rowsIn == 20_000)
    #expect(outcome.rowsUsed + outcome.rowsLeftOut == 20_000)
    // 8 bytes for each cell and line, 8 for each of two features a column: 56 in all.
    #expect(outcome.rowsUsed * 56 <= 1 << 20 && outcome.rowsUsed * 56 >= 1 << 18)
    #expect(outcome.warnings.contains { $0.contains("does not fit into 1 MiB: one in 2 of its") })
    let again = try await Detector.outcome(of: files.map(RowSource.file), settings)
    #expect(again.detector.encoded() == outcome.detector.encoded())
  }

  @Test func theSampleHasTheShareItTells() async throws {
    let folder = try Workdir()
    let path = try folder.write("x.csv", rows(0..<40_000))
    var other = settings
    other.seed = 9
    for settings in [settings, other] {
      let outcome = try await Detector.outcome(of: [.file(path)], settings)
      #expect(outcome.warnings.contains { $0.contains("one in 4 of its rows") })
      #expect(abs(outcome.rowsUsed - 10_000) < 300, "\(outcome.rowsUsed)")
    }
  }

  /// However many texts a column holds, it takes no more than 66 features.
  @Test func aCategoryTakesWhatItsFeaturesTake() async throws {
    let folder = try Workdir()
    let lines = (0..<10_000).map { "\($0 % 101),text \($0 * 37 % 700)" }
    let path = try folder.write("x.csv", "a,b\n" + lines.joined(separator: "\n") + "\n")
    var settings = settings
    settings.memory = 8 << 20
    let outcome = try await Detector.outcome(of: [.file(path)], settings)
    #expect(outcome.rowsUsed == 10_000, "\(outcome.warnings)")
  }

  @Test func tooLittleForAFewRowsIsSaid() async throws {
    let folder = try Workdir()
    let names = (0..<1_500).map { "c\($0)" }.joined(separator: ",")
    let lines = (0..<120).map { row in
      (0..<1_500).map { "\((row * 37 + $0 * 11) % 101)" }.joined(separator: ",")
    }
    let path = try folder.write("x.csv", ([names] + lines).joined(separator: "\n") + "\n")
    let error = await #expect(throws: StillwaterError.self) {
      _ = try await Detector.outcome(of: [.file(path)], settings)
    }
    #expect(error?.kind == .overLimit && error?.description.contains("--memory") == true)
  }

  @Test func aSeriesThatDoesNotFitIsRefused() async throws {
    let folder = try Workdir()
    let path = try folder.write("x.csv", rows(0..<20_000, time: true))
    var settings = settings
    settings.columns.time = "t"
    let error = await #expect(throws: StillwaterError.self) {
      _ = try await Detector.outcome(of: [.file(path)], settings)
    }
    #expect(error?.kind == .overLimit && error?.description.contains("--memory") == true)
  }

  @Test func withRoomAllRowsAreLearnedFrom() async throws {
    let folder = try Workdir()
    let path = try folder.write("x.csv", rows(0..<5_000))
    let outcome = try await Detector.outcome(of: [.file(path)], settings)
    #expect(outcome.rowsUsed == 5_000 && outcome.rowsLeftOut == 0)
  }

  @Test(arguments: ["0", "12Q", "-5M", "1023", "99999999999G", "", "M"])
  func sizesThatAreNoneAreRefused(size: String) throws {
    let folder = try Workdir()
    try folder.write("x.csv", rows(0..<50))
    let run = try folder.run("train", "x.csv", "--model", "m", "--memory", size)
    #expect(run.code == 64 && run.errors.contains("--memory"), "\(run.errors)")
  }
}
