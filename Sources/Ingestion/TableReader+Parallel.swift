extension TableReader {
  /// Reads the rest of the file with up to `workers` blocks in hand at once.
  ///
  /// Blocks are parsed and transformed side by side and handed to `emit` in the order of the file;
  /// what is wrong with the file is thrown in that order too, behind the rows before it. No more
  /// blocks are read than have been handed on plus `workers`, so memory does not grow with the file.
  ///
  /// * `transform`: takes the rows of a block and how many workers it may use itself.
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
          let share = max(1, workers / blocks.count)
          let inner = index < workers ? share : 1
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

/// The blocks that have been read and not yet handed on.
private struct BlockLookahead {
  /// The index of the next block to hand on.
  var first = 0
  /// The index of the next block to read.
  private var next = 0
  private var isAtEnd = false
  /// What ended the reading; it counts only after the blocks before it.
  private(set) var failure: IngestionError?

  var inHand: Int { next - first }

  /// Reads blocks with records until `count` are in hand.
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

/// A parsed block and what was made of it; nothing is made of a block that ends the reading.
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
