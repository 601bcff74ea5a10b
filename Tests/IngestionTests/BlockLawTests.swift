import Ingestion
import TestSupport
import Testing

/// What a file says does not depend on how it is cut into blocks.
@Suite struct BlockLawTests {
  private static let blockSizes = [1, 2, 3, 5, 7, 16, 31, 64, 1 << 20]

  private func expectLaw(
    _ bytes: [UInt8], policy: BadRowPolicy, plan: [ReadingPlan.Reading], _ note: String
  ) throws {
    let workspace = try Workspace()
    let path = try workspace.file(bytes)
    let whole = outcome(path: path, policy: policy, plan: plan)
    for size in Self.blockSizes {
      let limits = ReadingLimits(blockBytes: size)
      var cut = outcome(path: path, limits: limits, policy: policy, plan: plan)
      if whole.error != nil {  // rows before the error may have been handed out already
        #expect(cut.error == whole.error, "\(note), blocks of \(size)")
      } else {
        if cut.lines.isEmpty { cut.missing = whole.missing }
        #expect(cut == whole, "\(note), blocks of \(size)")
      }
    }
  }

  @Test func holdsForWellFormedFiles() throws {
    for seed in UInt64(0)..<60 {
      var generator = SeededGenerator(seed: seed)
      let bytes = generator.file(columns: 3, rows: 8)
      try expectLaw(bytes, policy: .fail, plan: [], "seed \(seed)")
    }
  }

  @Test(arguments: [BadRowPolicy.fail, .quarantine(maximum: nil), .quarantine(maximum: 1)])
  func holdsForDamagedFiles(policy: BadRowPolicy) throws {
    for seed in UInt64(0)..<150 {
      var generator = SeededGenerator(seed: seed)
      let bytes =
        Array("a,b\n".utf8) + generator.text(upTo: 40, from: "1,1,1,\"\n\n\r a")
        + (seed % 7 == 0 ? [0xFF, 0x2C, 0x0A] : [])
      try expectLaw(bytes, policy: policy, plan: [.number], "seed \(seed)")
    }
  }

  @Test func holdsAfterInference() throws {
    let workspace = try Workspace()
    for seed in UInt64(0)..<20 {
      var generator = SeededGenerator(seed: seed)
      let path = try workspace.file(generator.file(columns: 2, rows: 10))
      #expect(outcome(path: path, infers: true) == outcome(path: path))
    }
  }

  /// What ends a file behind a damaged row is not told before it, however far inference looks.
  @Test(arguments: [false, true])
  func errorsComeInTheOrderOfTheFile(infers: Bool) throws {
    let workspace = try Workspace()
    let rows = String(repeating: "1,2\n", count: 100)
    let path = try workspace.file(Array("a,b\n1,x\n\(rows)1,\"2\n\(rows)".utf8))
    for size in [1, 64, 1 << 20] {
      let limits = ReadingLimits(cellBytes: 64, recordBytes: 128, blockBytes: size)
      let found = outcome(path: path, limits: limits, plan: [.number, .number], infers: infers)
      guard case .badRow(let row, _)? = found.error else {
        Issue.record("blocks of \(size): \(String(describing: found.error))")
        continue
      }
      #expect(row.line == 2)
    }
  }

  @Test func readsRecordsLongerThanABlock() throws {
    let workspace = try Workspace()
    let long = String(repeating: "x", count: 5000)
    let path = try workspace.file(Array("a,b\n1,\(long)\n2,\"\(long)\n\"\n".utf8))
    let found = outcome(path: path, limits: ReadingLimits(blockBytes: 16), plan: [.number])
    #expect(found.columns == [["1.0", "2.0"], [long, long + "\n"]])
  }

  @Test(arguments: [1, 64, 1 << 20])
  func refusesAnOpenQuoteWithoutReadingTheWholeFile(blockBytes: Int) throws {
    let workspace = try Workspace()
    let rows = [UInt8](repeating: 0x31, count: 4 << 20)
    let path = try workspace.file(Array("a,b\n1,2\n3,\"4\n".utf8) + rows)
    let found = outcome(path: path, limits: ReadingLimits(blockBytes: max(blockBytes, 64)))
    #expect(found.error == .cellTooLong(path: path, line: 3, column: "b", limit: 1 << 20))
  }

  @Test(arguments: [1, 64, 1 << 20])
  func namesTheLimits(blockBytes: Int) throws {
    let workspace = try Workspace()
    let limits = ReadingLimits(cellBytes: 8, columns: 2, recordBytes: 32, blockBytes: blockBytes)
    let wide = try workspace.file(Array("a,b,c\n".utf8), named: "wide.csv")
    #expect(
      outcome(path: wide, limits: limits).error
        == .tooManyColumns(path: wide, line: 1, found: 3, limit: 2))
    let cell = try workspace.file(Array("a,b\n1,2\n1,123456789\n".utf8), named: "cell.csv")
    #expect(
      outcome(path: cell, limits: limits).error
        == .cellTooLong(path: cell, line: 3, column: "b", limit: 8))
    let spaces = String(repeating: " ", count: 40)
    let record = try workspace.file(Array("a,b\n1,2\n1,\(spaces)2\n".utf8), named: "record.csv")
    #expect(
      outcome(path: record, limits: limits).error
        == .recordTooLong(path: record, line: 3, limit: 32))
  }
}
