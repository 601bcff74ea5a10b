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
  /// The sequence throws `StillwaterError` with file, line and column when the file is not usable.
  public func score(_ path: String, explaining: Bool = false)
    -> AsyncThrowingStream<ScoredRow, any Error>
  {
    var options = ScoringOptions()
    options.explains = explaining
    return AsyncThrowingStream { continuation in
      let task = Task { [options] in
        do {
          _ = try await scoreFile(path, options) { chunk in
            try Task.checkCancellation()
            for row in chunk.rows { continuation.yield(row) }
          }
          continuation.finish()
        } catch { continuation.finish(throwing: error) }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
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
