import Dispatch

/// Runs `body` for 0..<count on up to `threads` threads and waits; thread t takes every index that
/// leaves the rest t, so nothing is handed out as threads come free.
func concurrently(_ count: Int, threads: Int, _ body: (Int) -> Void) {
  let threads = max(1, min(threads, count))
  guard threads > 1 else { return (0..<count).forEach(body) }
  withoutActuallyEscaping(body) { body in
    // Each index is given out once, so whatever the body keeps per index has one owner.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      for index in stride(from: thread, to: count, by: threads) { unsafe body(index) }
    }
  }
}

/// Gives every shard and its row of `results` to `body`, on up to `threads` threads.
///
/// * `shards`: as many as `results` has rows.
/// * `results`: `[shards, values]`.
/// * `body`: sees one shard alone, so nothing of the threads can be seen in what it leaves.
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
