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
  /// Reading is lazy: the file is read only a few blocks beyond the last row taken.
  ///
  /// - Parameters:
  ///   - path: a file with the columns the detector was trained on, in any order; `-` is standard
  ///     input, and gzip and zstd are recognised by their contents.
  ///   - options: whether to compute expected values, the treatment of bad rows.
  /// - Returns: a sequence of rows; it throws `StillwaterError` with file, line and column when the file
  ///   is not usable.
  public func score(_ path: String, _ options: ScoringOptions = ScoringOptions()) -> ScoredRows {
    ScoredRows(RowFeed(self, .file(path), options))
  }

  /// Scores rows in memory, exactly as those of a file with the same rows.
  public func score(_ rows: RowTable, _ options: ScoringOptions = ScoringOptions()) -> ScoredRows {
    ScoredRows(RowFeed(self, .memory(rows), options))
  }
}

/// A single-pass sequence of scored rows in the order of the file, computed on demand.
///
/// A second iterator continues where the first one stopped.
public struct ScoredRows: AsyncSequence, Sendable {
  public typealias Element = ScoredRow
  public typealias Failure = StillwaterError

  private let feed: RowFeed

  fileprivate init(_ feed: RowFeed) { self.feed = feed }

  /// Counts, warnings and bad rows; nil until the sequence has ended without an error.
  public var report: ScoringReport? {
    get async { await feed.report }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(feed: feed) }

  /// Iterates over the rows.
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

/// Supplies the rows of a source on demand: the scoring task waits until earlier rows have been taken.
private actor RowFeed {
  private let chunks: AsyncThrowingStream<ScoredChunk, any Error>
  private let demand: AsyncStream<Void>.Continuation
  private let scoring: Task<FileOutcome, any Error>
  private var rows: [ScoredRow] = []
  private var taken = 0
  private var badRows: [BadRow] = []
  /// The report, once the last row has been taken.
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

  /// Stores the report; a cancelled task has none.
  private func finish() async throws {
    guard report == nil, !Task.isCancelled else { return }
    let outcome = try await scoring.value
    report = ScoringReport(
      rowsScored: outcome.rowsScored, missingValues: outcome.missingValues,
      warnings: outcome.warnings, badRows: badRows)
  }
}
