import Ingestion

extension Detector {
  /// Scores the rows of a CSV file, in their order.
  ///
  /// ```swift
  /// let rows = detector.score("today.csv")
  /// for try await row in rows where row.isAnomaly { print(row.line) }
  /// if let report = await rows.report { print(report.warnings) }
  /// ```
  ///
  /// The file is read no further than the rows that were asked for, up to a few blocks.
  ///
  /// - Parameters:
  ///   - path: a file with the columns the detector was trained on, in any order; `-` is standard
  ///     input, and gzip and zstd are known by their contents.
  ///   - options: whether expected values are wanted, what becomes of bad rows.
  /// - Returns: the rows as they are asked for; the sequence throws `StillwaterError` with file, line and
  ///   column when the file is not usable.
  public func score(_ path: String, _ options: ScoringOptions = ScoringOptions()) -> ScoredRows {
    ScoredRows(RowFeed(self, .file(path), options))
  }

  /// Scores rows in memory; all else is as for a file with the same rows.
  public func score(_ rows: RowTable, _ options: ScoringOptions = ScoringOptions()) -> ScoredRows {
    ScoredRows(RowFeed(self, .memory(rows), options))
  }
}

/// Rows with their scores, in the order of the file, one after the other as they are asked for.
///
/// They can be gone through once; whoever asks again goes on where the last one stopped.
public struct ScoredRows: AsyncSequence, Sendable {
  public typealias Element = ScoredRow
  public typealias Failure = StillwaterError

  private let feed: RowFeed

  fileprivate init(_ feed: RowFeed) { self.feed = feed }

  /// What was met in the file; nil until the sequence has ended without an error.
  public var report: ScoringReport? {
    get async { await feed.report }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(feed: feed) }

  /// Takes one row after the other.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let feed: RowFeed

    public mutating func next() async throws(StillwaterError) -> ScoredRow? {
      try await feed.next()
    }

    public mutating func next(isolation actor: isolated (any Actor)?)
      async throws(StillwaterError) -> ScoredRow?
    {
      try await feed.next()
    }
  }
}

/// The rows of a source on demand: the scoring waits until the rows before have been taken.
private actor RowFeed {
  private let chunks: AsyncThrowingStream<ScoredChunk, any Error>
  private let demand: AsyncStream<Void>.Continuation
  private let scoring: Task<FileOutcome, any Error>
  private var rows: [ScoredRow] = []
  private var taken = 0
  private var badRows: [BadRow] = []
  /// What was met, once the last row has been taken.
  private(set) var report: ScoringReport?

  init(_ detector: Detector, _ source: RowSource, _ options: ScoringOptions) {
    let (chunks, supply) = AsyncThrowingStream.makeStream(of: ScoredChunk.self)
    let (demands, demand) = AsyncStream.makeStream(of: Void.self)
    (self.chunks, self.demand) = (chunks, demand)
    scoring = Task {
      do {
        var demands = demands.makeAsyncIterator()
        let outcome = try await detector.scoreRows(of: source, options) { chunk in
          // Cancelling ends the demand.
          guard await demands.next(isolation: #isolation) != nil else { throw CancellationError() }
          supply.yield(chunk)
        }
        supply.finish()
        return outcome
      } catch {
        supply.finish(throwing: error)
        throw error
      }
    }
  }

  deinit {
    scoring.cancel()
    demand.finish()
  }

  func next() async throws(StillwaterError) -> ScoredRow? {
    do {
      while taken == rows.count {
        demand.yield()
        var iterator = chunks.makeAsyncIterator()
        guard let following = try await iterator.next(isolation: self) else {
          try await finish()
          return nil
        }
        (rows, taken) = (following.rows, 0)
        badRows += following.chunk.rejected.map(BadRow.init)
      }
    } catch { throw StillwaterError(error) }
    defer { taken += 1 }
    return rows[taken]
  }

  /// Keeps the report; a task that was cancelled goes without.
  private func finish() async throws {
    guard report == nil, !Task.isCancelled else { return }
    let outcome = try await scoring.value
    report = ScoringReport(
      rowsScored: outcome.rowsScored, missingValues: outcome.missingValues,
      warnings: outcome.warnings, badRows: badRows)
  }
}
