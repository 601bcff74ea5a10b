import Ingestion
import TestSupport
import Testing

/// What a file says does not depend on how many workers read it.
@Suite struct ParallelReadingTests {
  private func expectSame(
    _ bytes: [UInt8], policy: BadRowPolicy, plan: [ReadingPlan.Reading], _ note: String
  ) async throws {
    let workspace = try Workspace()
    let path = try workspace.file(bytes)
    for size in [1, 16, 1 << 20] {
      let limits = ReadingLimits(blockBytes: size)
      let one = outcome(path: path, limits: limits, policy: policy, plan: plan)
      for workers in [1, 2, 3] {
        let several = try await parallelOutcome(path, limits, policy, plan, workers: workers)
        #expect(several == one, "\(note), blocks of \(size), \(workers) workers")
      }
    }
  }

  @Test func equalsReadingBlockByBlock() async throws {
    for seed in UInt64(0)..<30 {
      var generator = SeededGenerator(seed: seed)
      let bytes = generator.file(columns: 3, rows: 8)
      try await expectSame(bytes, policy: .fail, plan: [], "seed \(seed)")
    }
  }

  /// Rows before the first error are handed on, and it is the first in the order of the file.
  @Test(arguments: [BadRowPolicy.fail, .quarantine(maximum: nil), .quarantine(maximum: 1)])
  func equalsReadingBlockByBlockInDamagedFiles(policy: BadRowPolicy) async throws {
    for seed in UInt64(0)..<60 {
      var generator = SeededGenerator(seed: seed)
      let bytes =
        Array("a,b\n".utf8) + generator.text(upTo: 40, from: "1,1,1,\"\n\n\r a")
        + (seed % 7 == 0 ? [0xFF, 0x2C, 0x0A] : [])
      try await expectSame(bytes, policy: policy, plan: [.number], "seed \(seed)")
    }
  }

  @Test func throwsWhatTheTransformThrowsInTheOrderOfTheFile() async throws {
    struct Refusal: Error, Equatable { let line: Int }
    let workspace = try Workspace()
    let rows = String(repeating: "1\n", count: 600)
    var reader = try TableReader(
      path: try workspace.file(Array("a\n\(rows)".utf8)), limits: ReadingLimits(blockBytes: 2))
    let plan = ReadingPlan(columns: [.init(name: "a", reading: .number)])
    var lines: [Int] = []
    await #expect(throws: Refusal(line: 400)) {
      try await reader.read(plan, workers: 3) { chunk, _ in
        if let line = chunk.lines.first(where: { $0 >= 400 }) { throw Refusal(line: line) }
      } emit: { chunk, _ in
        lines += chunk.lines
      }
    }
    #expect(lines == Array(2..<400))
  }

  /// However slow the taker is, no more than the workers' blocks are transformed ahead of it.
  @Test(arguments: [1, 2, 3])
  func readsAheadOnlyByTheWorkersBlocks(workers: Int) async throws {
    let workspace = try Workspace()
    let rows = String(repeating: "1\n", count: 500)
    var reader = try TableReader(
      path: try workspace.file(Array("a\n\(rows)".utf8)), limits: ReadingLimits(blockBytes: 2))
    let plan = ReadingPlan(columns: [.init(name: "a", reading: .number)])
    let started = Counter()
    var (taken, rowsTaken) = (0, 0)
    try await reader.read(plan, workers: workers) { _, _ in
      await started.add()
    } emit: { chunk, _ in
      for _ in 0..<5 { await Task.yield() }
      #expect(await started.count <= taken + workers)
      taken += 1
      rowsTaken += chunk.rowCount
    }
    // The first block holds what was read to tell the format.
    #expect(taken > 200)
    #expect(rowsTaken == 500)
  }
}

private actor Counter {
  private(set) var count = 0
  func add() { count += 1 }
}

/// Reads a whole file as `outcome` does, with several workers.
private func parallelOutcome(
  _ path: String, _ limits: ReadingLimits, _ policy: BadRowPolicy, _ plan: [ReadingPlan.Reading],
  workers: Int
) async throws -> Outcome {
  var outcome = Outcome()
  do {
    var reader = try TableReader(path: path, limits: limits, policy: policy)
    let columns = reader.header.enumerated().map { index, name in
      ReadingPlan.PlannedColumn(
        name: name, reading: plan.indices.contains(index) ? plan[index] : .category)
    }
    outcome.columns = reader.header.map { _ in [] }
    try await reader.read(ReadingPlan(columns: columns), workers: workers) { chunk, _ in
      chunk.rowCount
    } emit: { chunk, rows in
      #expect(rows == chunk.rowCount)
      outcome.add(chunk)
    }
    outcome.missing = reader.missingCells
    (outcome.blankLines, outcome.digest) = (reader.blankLines, reader.digest)
    outcome.lacksFinalNewline = reader.lacksFinalNewline
  } catch let error as IngestionError {
    outcome.error = error
  }
  return outcome
}
