extension TableReader {
  /// Reads the rest of the file with up to `workers` blocks in flight.
  ///
  /// Blocks are parsed and transformed in parallel and passed to `emit` in file order. A fault of the
  /// file is thrown in that order too, after the rows before it, so rows and errors are those of a
  /// sequential reading. At most `workers` blocks are in memory, whatever the size of the file.
  ///
  /// * `transform`: receives the rows of a block and the number of workers it may use itself.
  /// * `emit`: called on the caller's task, one block at a time.
  package mutating func read<Output: Sendable>(
    _ plan: ReadingPlan, workers: Int,
    transform: @escaping @Sendable (RecordChunk, Int) async throws -> Output,
    emit: (RecordChunk, Output) async throws -> Void
  ) async throws {
    let parser = try parser(for: plan)
    try await withThrowingTaskGroup(of: (Int, TransformedBlock<Output>).self) { group in
      var lookahead = BlockLookahead()
      var finished: [Int: TransformedBlock<Output>] = [:]
      while true {
        let blocks = lookahead.fill(from: &self, upTo: workers)
        for (index, block) in blocks {
          let workersEach = max(1, workers / blocks.count)
          let inner = index < workers ? workersEach : 1
          group.addTask {
            (index, await TransformedBlock(parser.parse(block)) { try await transform($0, inner) })
          }
        }
        guard lookahead.inHand > 0 else { break }
        while finished[lookahead.first] == nil, let (index, block) = try await group.next() {
          finished[index] = block
        }
        guard let block = finished.removeValue(forKey: lookahead.first) else { break }
        lookahead.first += 1
        let chunk = try account(for: block.parsed)
        if let output = try block.output?.get() { try await emit(chunk, output) }
      }
      if let failure = lookahead.failure { throw failure }
    }
  }
}

/// The window of blocks that have been read and not yet emitted.
private struct BlockLookahead {
  /// The index of the next block to emit.
  var first = 0
  /// The index of the next block to read.
  private var next = 0
  private var isAtEnd = false
  /// The error that ended the reading, thrown after the blocks before it have been emitted.
  private(set) var failure: IngestionError?

  var inHand: Int { next - first }

  /// Reads blocks until `count` are in flight; blocks without records are skipped.
  mutating func fill(from reader: inout TableReader, upTo count: Int) -> [(Int, CSVBlock)] {
    var blocks: [(Int, CSVBlock)] = []
    while inHand < max(1, count), !isAtEnd {
      do {
        guard let block = try reader.nextBlock() else {
          isAtEnd = true
          break
        }
        guard block.recordCount > 0 else { continue }
        blocks.append((next, block))
        next += 1
      } catch { (failure, isAtEnd) = (error, true) }
    }
    return blocks
  }
}

/// A parsed block and its transformed rows; nil for a block whose fault ends the reading.
private struct TransformedBlock<Output: Sendable>: Sendable {
  let parsed: ParsedBlock
  let output: Result<Output, any Error>?

  init(
    _ parsed: ParsedBlock, transform: @Sendable (RecordChunk) async throws -> Output
  ) async {
    self.parsed = parsed
    guard parsed.failure == nil else {
      output = nil
      return
    }
    do { output = .success(try await transform(parsed.chunk)) } catch { output = .failure(error) }
  }
}
