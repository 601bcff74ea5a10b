/// Runs `body` for every index on up to `workers` tasks and returns the results by index, so that
/// nothing of the split can be seen in them.
package func parallelMap<Result: Sendable>(
  _ count: Int, workers: Int, _ body: @escaping @Sendable (Int) -> Result
) async -> [Result] {
  guard workers > 1, count > 1 else { return (0..<count).map(body) }
  var results = [Result?](repeating: nil, count: count)
  await withTaskGroup(of: (Int, Result).self) { group in
    var next = 0
    while next < min(workers, count) {
      let index = next
      group.addTask { (index, body(index)) }
      next += 1
    }
    for await (index, result) in group {
      results[index] = result
      guard next < count else { continue }
      let following = next
      group.addTask { (following, body(following)) }
      next += 1
    }
  }
  return results.compactMap { $0 }
}

/// The rows of a chunk: all products of scoring have this height, the last chunk is padded, so a
/// row's score cannot depend on what is scored beside it.
package let chunkRows = 128

/// The runs of at most `chunkRows` rows that `count` rows are cut into.
package func chunks(of count: Int) -> [Range<Int>] {
  stride(from: 0, to: count, by: chunkRows).map { $0..<min(count, $0 + chunkRows) }
}
