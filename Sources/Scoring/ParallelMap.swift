/// Runs `body` for every index on up to `workers` tasks and returns the results by index.
///
/// The results do not depend on the number of workers or their timing.
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

/// The height of all matrix products in scoring; the last chunk is padded to it.
///
/// With a constant height a row's score is bit for bit independent of the rows scored with it.
package let chunkRows = 128

/// Splits `count` rows into runs of at most `chunkRows`.
package func chunks(of count: Int) -> [Range<Int>] {
  stride(from: 0, to: count, by: chunkRows).map { $0..<min(count, $0 + chunkRows) }
}
