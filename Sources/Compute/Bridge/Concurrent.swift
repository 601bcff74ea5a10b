import Dispatch

/// Runs `body` for 0..<count on up to `threads` threads and waits for all of them.
///
/// Thread t takes the indices congruent to t: a static assignment, independent of timing.
func concurrently(_ count: Int, threads: Int, _ body: (Int) -> Void) {
  let threads = max(1, min(threads, count))
  guard threads > 1 else { return (0..<count).forEach(body) }
  withoutActuallyEscaping(body) { body in
    // Each index goes to exactly one thread, so data the body keeps per index has one owner.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      for index in stride(from: thread, to: count, by: threads) { unsafe body(index) }
    }
  }
}

/// Calls `body` for every shard and its row of `results`, on up to `threads` threads.
///
/// * `shards`: `[shards]`.
/// * `results`: `[shards, values]`.
/// * `body`: has exclusive access to one shard and one row, so results do not depend on the threads.
package func forEachShard<Shard: Sendable>(
  _ shards: inout [Shard], _ results: inout Matrix, threads: Int,
  _ body: @Sendable (_ shard: inout Shard, _ result: inout MutableSpan<Float>) -> Void
) {
  precondition(shards.count == results.rows, "\(shards.count) shards, \(results.rows) results")
  let columns = results.columns
  unsafe shards.withUnsafeMutableBufferPointer { shards in
    unsafe results.values.withUnsafeMutableBufferPointer { values in
      let (shards, values) = unsafe (shards, values)
      concurrently(shards.count, threads: threads) { index in
        let row = unsafe UnsafeMutableBufferPointer(
          rebasing: values[index * columns..<(index + 1) * columns])
        var result = unsafe row.mutableSpan
        unsafe body(&shards[index], &result)
      }
    }
  }
}
