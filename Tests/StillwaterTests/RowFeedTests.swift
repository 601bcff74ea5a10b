import Foundation
import Stillwater
import TestSupport
import Testing

/// Rows that are scored as they are asked for.
@Suite(.slow) struct RowFeedTests {
  /// Some 100,000 rows, in many blocks, the last of them damaged.
  private static func files(_ workdir: Workdir) throws -> (baseline: String, test: String) {
    func row(_ index: Int) -> String { "\(index % 7),\(index * 31 % 101),\(index % 13)\n" }
    let baseline = try workdir.write("b.csv", "a,b,c\n" + (0..<60).map(row).joined())
    let test = try workdir.write("t.csv", "a,b,c\n" + (0..<100_000).map(row).joined() + "1,x,2\n")
    return (baseline, test)
  }

  private static func detector(_ baseline: String) async throws -> Detector {
    var settings = TrainingSettings()
    settings.quality = .fast
    return try await Detector.train(on: [baseline], settings).detector
  }

  @Test func givesTheRowsOfTheFileInTheirOrderAndThenItsError() async throws {
    let workdir = try Workdir()
    let files = try Self.files(workdir)
    let detector = try await Self.detector(files.baseline)
    var expected: [ScoredRow] = []
    await #expect(throws: StillwaterError.self) {
      _ = try await detector.scoreRows(of: .file(files.test), ScoringOptions()) {
        expected += $0.rows
      }
    }
    var rows: [ScoredRow] = []
    await #expect(throws: StillwaterError.self) {
      for try await row in detector.score(files.test) { rows.append(row) }
    }
    #expect(rows.count > 50_000)
    #expect(rows == expected)
  }

  /// The damage at the end is never met by who leaves before it.
  @Test func readsNoFurtherThanItIsAskedTo() async throws {
    let workdir = try Workdir()
    let files = try Self.files(workdir)
    let detector = try await Self.detector(files.baseline)
    var lines: [Int] = []
    for try await row in detector.score(files.test) {
      lines.append(row.line)
      if lines.count == 3 { break }
    }
    #expect(lines == [2, 3, 4])
  }
}
