import Calibration

extension Detector {
  /// Scores the rows of a CSV file, in their order.
  ///
  /// ```swift
  /// for try await row in detector.score("today.csv") where row.isAnomaly { print(row.line) }
  /// ```
  ///
  /// * `path`: a file with the columns the detector was trained on, in any order; `-` is standard
  ///   input, and gzip and zstd are known by their contents.
  /// * `explaining`: whether expected values are wanted.
  ///
  /// The file is read no further than the rows that were asked for, up to a few blocks.
  /// The sequence throws `StillwaterError` with file, line and column when the file is not usable.
  public func score(_ path: String, explaining: Bool = false)
    -> AsyncThrowingStream<ScoredRow, any Error>
  {
    var options = ScoringOptions()
    options.explains = explaining
    let feed = RowFeed(self, path, options)
    return AsyncThrowingStream { try await feed.next() }
  }

  /// Sets the threshold anew from normal rows that the detector was not trained on.
  ///
  /// * `files`: CSV files with the same columns.
  /// * `falseAlarmRate`: the share of normal rows that may be flagged, 1e-9 to 0.5.
  ///
  /// Throws `StillwaterError` when a file is not usable or the rate is out of range.
  public mutating func calibrate(on files: [String], falseAlarmRate: Double) async throws {
    do {
      _ = try await calibrate(
        on: files, method: .conformal, rate: falseAlarmRate, ScoringOptions())
    } catch { throw StillwaterError(error) }
  }
}

/// The rows of a file on demand: the scoring waits until the rows before have been taken.
private actor RowFeed {
  private let chunks: AsyncThrowingStream<[ScoredRow], any Error>
  private let demand: AsyncStream<Void>.Continuation
  private let scoring: Task<Void, Never>
  private var rows: [ScoredRow] = []
  private var taken = 0

  init(_ detector: Detector, _ path: String, _ options: ScoringOptions) {
    let (chunks, supply) = AsyncThrowingStream.makeStream(of: [ScoredRow].self)
    let (demands, demand) = AsyncStream.makeStream(of: Void.self)
    (self.chunks, self.demand) = (chunks, demand)
    scoring = Task {
      do {
        var demands = demands.makeAsyncIterator()
        _ = try await detector.scoreFile(path, options) { chunk in
          // Cancelling ends the demand.
          guard await demands.next(isolation: #isolation) != nil else { throw CancellationError() }
          supply.yield(chunk.rows)
        }
        supply.finish()
      } catch { supply.finish(throwing: error) }
    }
  }

  deinit {
    scoring.cancel()
    demand.finish()
  }

  func next() async throws -> ScoredRow? {
    while taken == rows.count {
      demand.yield()
      var iterator = chunks.makeAsyncIterator()
      guard let following = try await iterator.next(isolation: self) else { return nil }
      (rows, taken) = (following, 0)
    }
    defer { taken += 1 }
    return rows[taken]
  }
}
