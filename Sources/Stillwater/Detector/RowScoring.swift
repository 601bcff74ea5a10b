import Calibration
import Compute
import Encoding
import Events
package import Ingestion
package import Reporting
import Scoring
import Tabular

/// Options of scoring.
public struct ScoringOptions: Sendable {
  /// The number of concurrent tasks; results do not depend on it.
  public var threads: Int
  /// Whether `ScoredRow.expected` is computed.
  public var explains: Bool
  /// The treatment of rows that cannot be read.
  public var badRows: BadRows
  /// Whether the label column is read, where a file has one.
  var readsLabels = false
  /// Whether `ScoredRow.topColumns` is computed.
  package var blames = true
  /// Which events of a series are reported, and how.
  package var manners = AlarmManners()
  /// Whether `FileOutcome.repairs` is computed.
  package var repairs = false

  public init(
    explains: Bool = false, badRows: BadRows = .fail, threads: Int = defaultThreads
  ) {
    (self.explains, self.badRows, self.threads) = (explains, badRows, threads)
  }
}

/// The header of a file about to be scored: column names and the record byte for byte.
package struct FileHeader: Sendable {
  package let names: [String]
  package let bytes: [UInt8]

  package init(names: [String], bytes: [UInt8]) { (self.names, self.bytes) = (names, bytes) }
}

/// Consecutive rows of a file with their results.
package struct ScoredChunk: Sendable {
  package let chunk: RecordChunk
  package let rows: [ScoredRow]
}

extension Detector {
  /// Scores the rows of one source and passes them to `emit` in order.
  ///
  /// A table is streamed: a few blocks are read and scored while an earlier one is emitted, so memory does
  /// not grow with the file. A series is read as a whole, since windows extend in both directions.
  ///
  /// - Returns: counts, warnings, digest and events.
  package func scoreRows(
    of source: RowSource, _ options: ScoringOptions,
    begin: (FileHeader) throws -> Void = { _ in },
    emit: (ScoredChunk) async throws -> Void
  ) async throws(StillwaterError) -> FileOutcome {
    do {
      var reader = try source.reader(
        layout.dialect, options.badRows, limits: ReadingLimits(blockBytes: 1 << 18))
      try begin(FileHeader(names: reader.header, bytes: reader.headerBytes))
      var outcome = FileOutcome()
      let plan = layout.plan(label: options.readsLabels && layout.hasLabel(reader.header))
      switch core {
      case .table(let encoder, let scorer):
        let blaming = options.blames ? ColumnBlame(groups: blamedFeatures, above: threshold) : nil
        let transform = { @Sendable (chunk: RecordChunk, workers: Int) in
          let samples = try encoder.encode(chunk.table, views: scorer.encodedViews)
          return rows(
            await scorer.scores(for: samples, blaming: blaming, workers: workers),
            lines: chunk.lines, options)
        }
        try await reader.read(plan, workers: options.threads, transform: transform) { chunk, rows in
          outcome.add(chunk)
          outcome.unseenLevels(chunk.table, encoder)
          try await emit(ScoredChunk(chunk: chunk, rows: rows))
        }
      case .series(let encoder, let scorer):
        try await scoreSeries(&reader, plan, encoder, scorer, options, &outcome, emit)
      }
      outcome.finish(reader, layout)
      return outcome
    } catch { throw StillwaterError(error) }
  }

  /// Warnings about gaps in time and segments shorter than a window.
  private static func timeWarnings(stretches: Int, groups: Int, short: Int, window: Int) -> [String]
  {
    var warnings: [String] = []
    if stretches > groups {
      warnings.append("time jumps \(stretches - groups) times; no window spans a jump")
    }
    if short > 0 {
      warnings.append(
        "\(short) of \(stretches) stretches of time are shorter than a window of \(window) rows: "
          + "the rows they lack count as usual, so their scores are less sure")
    }
    return warnings
  }

  private func scoreSeries(
    _ reader: inout TableReader, _ plan: ReadingPlan, _ encoder: SeriesEncoder,
    _ scorer: SeriesScorer,
    _ options: ScoringOptions, _ outcome: inout FileOutcome,
    _ emit: (ScoredChunk) async throws -> Void
  ) async throws {
    var (all, chunks) = (TableAccumulator(), [RecordChunk]())
    while let chunk = try reader.next(plan) {
      all.append(chunk.table, lines: chunk.lines)
      outcome.add(chunk)
      chunks.append(chunk)
    }
    guard all.rowCount > 0 else {
      for chunk in chunks { try await emit(ScoredChunk(chunk: chunk, rows: [])) }
      return
    }
    let table = all.table
    let series = try SeriesRows(table, layout: layout, path: reader.path, lines: all.lines)
    var scored = RowScores(
      scores: [Float](repeating: 0, count: table.rowCount),
      contributions: Matrix(rows: table.rowCount, columns: encoder.channels.count),
      expected: Matrix(rows: options.explains ? table.rowCount : 0, columns: encoder.channels.count)
    )
    var (segmentCount, shortCount) = (0, 0)
    var finder = try EventFinder(
      self, scorer, rows: table.rowCount, labels: labels(of: table, layout: layout), options)
    for group in series.groups {
      for segment in try encoder.segments(of: table, rows: group, times: series.times) {
        segmentCount += 1
        if !scorer.isCausal, segment.rows.count < scorer.longest { shortCount += 1 }
        var (scores, measurement) = await scorer.assess(
          segment.values, filled: segment.filled, explains: options.explains,
          workers: options.threads)
        await finder.explain(segment, measurement, &scores)
        scored.place(scores, at: segment.rows)
      }
    }
    outcome.warnings += finder.warnings.map { location(reader.path) + $0 }
    outcome.alarms = finder.alarms
    outcome.events = finder.records(
      EventSource(
        path: reader.path, series: series, lines: all.lines, group: groupNames(of: table)), encoder)
    if options.repairs {
      outcome.repairs = finder.repairs(encoder).map { repair in
        CellRepair(
          line: all.lines[repair.row], column: encoder.channels[repair.channel].name,
          event: outcome.events[repair.event].id, text: number(repair.value))
      }
    }
    outcome.warnings += Self.timeWarnings(
      stretches: segmentCount, groups: series.groups.count, short: shortCount,
      window: scorer.longest
    ).map { location(reader.path) + $0 }
    var start = 0
    for chunk in chunks {
      let part = scored.slice(start..<start + chunk.rowCount)
      try await emit(
        ScoredChunk(
          chunk: chunk,
          rows: rows(
            part, lines: chunk.lines, options,
            events: finder.marks[start..<start + chunk.rowCount].map {
              $0 > 0 ? outcome.events[$0 - 1] : nil
            })))
      start += chunk.rowCount
    }
  }

  /// A function from row index to group; empty without a group column.
  private func groupNames(of table: Table) -> (Int) -> String {
    guard let name = groupColumn,
      case .categories(let codes, let levels)? = table.column(named: name)?.values
    else { return { _ in "" } }
    return { row in codes[row] >= 0 ? "\(levels[Int(codes[row])])" : "" }
  }

  /// The results of a chunk's rows.
  ///
  /// * `events`: for a series the event of each row, nil for none; nil for tables.
  private func rows(
    _ scores: RowScores, lines: [Int], _ options: ScoringOptions, events: [EventRecord?]? = nil
  ) -> [ScoredRow] {
    var blame = options.blames ? Blamer(names: featureNames, features: blamedFeatures) : nil
    let threshold = Threshold(value: threshold)
    return lines.indices.map { row in
      let score = finite(scores.scores[row])
      return ScoredRow(
        line: lines[row], score: score, ratio: threshold.ratio(of: score),
        pValue: calibration.pValue(of: score),
        isAnomaly: events.map { ($0[row]?.state ?? .quiet) != .quiet } ?? threshold.flags(score),
        event: events.map { $0[row]?.id ?? "" },
        topColumns: blame?.columns(scores.contributions, row: row) ?? [],
        expected: options.explains ? expectation(scores.expected, row: row) : [])
    }
  }

  /// The range of features of each column, whose contributions are summed.
  private var blamedFeatures: [Range<Int>] {
    switch core {
    case .table(let encoder, _):
      encoder.columns.map { $0.features.lowerBound..<$0.features.upperBound }
    case .series(let encoder, _): encoder.channels.indices.map { $0..<$0 + 1 }
    }
  }

  /// The score as a finite number, which every reader accepts; NaN and infinity become the largest.
  private func finite(_ score: Float) -> Float {
    let largest = Float.greatestFiniteMagnitude
    return score.isNaN ? largest : min(max(score, -largest), largest)
  }

  /// The expected value of each column, as text.
  private func expectation(_ expected: Matrix, row: Int) -> [String] {
    let values = expected.row(row)
    switch core {
    case .table(let encoder, _):
      return encoder.columns.map { column in
        let features = values[
          values.startIndex + column.features.lowerBound..<values.startIndex
            + column.features.upperBound]
        switch column.encoding {
        case .number(let scaler):
          return number(scaler.decode(standard: Double(features.first ?? 0)))
        case .category(let category): return category.decode(features)
        }
      }
    case .series(let encoder, _):
      return values.enumerated().map { number(encoder.decode($0.element, channel: $0.offset)) }
    }
  }

  /// A number with the decimal mark of the files, clipped to finite values; empty for NaN.
  private func number(_ value: Double) -> String {
    guard !value.isNaN else { return "" }
    let largest = Double.greatestFiniteMagnitude
    let bounded = min(max(value, -largest), largest)
    let isFloat = Float(bounded).isFinite
    let text = isFloat ? Float(bounded).description : bounded.description
    return layout.dialect.decimal == .comma ? text.replacing(".", with: ",") : text
  }
}

/// Ranks the columns by their contributions to a row's score; reused from row to row.
private struct Blamer {
  let names: [String]
  /// The range of features of each column.
  let features: [Range<Int>]
  private var sums: [Float]
  private var worst: [Int] = []

  init(names: [String], features: [Range<Int>]) {
    (self.names, self.features) = (names, features)
    sums = [Float](repeating: 0, count: features.count)
  }

  /// The columns with at least 5 % of a row's contributions, worst first, at most five.
  mutating func columns(_ contributions: Matrix, row: Int) -> [ScoredRow.Blame] {
    let start = contributions.range(ofRow: row).lowerBound
    var total: Float = 0
    for (column, range) in features.enumerated() {
      var sum: Float = 0
      for feature in range { sum += contributions.values[start + feature] }
      sums[column] = sum
      total += sum
    }
    guard total > 0, total.isFinite else { return [] }
    worst.removeAll(keepingCapacity: true)
    // Ties go to the column that is first in the file.
    for column in sums.indices {
      var rank = worst.count
      while rank > 0, sums[worst[rank - 1]] < sums[column] { rank -= 1 }
      if rank < 5 { worst.insert(column, at: rank) }
      if worst.count > 5 { worst.removeLast() }
    }
    let count = worst.dropFirst().prefix { sums[$0] / total >= 0.05 }.count + 1
    return worst.prefix(count).map { .init(column: names[$0], share: sums[$0] / total) }
  }
}

/// Counts, warnings, digest and events of one scored file.
package struct FileOutcome: Sendable {
  package var rowsScored = 0
  package var rowsRejected = 0
  package var missingValues = 0
  package var sha256 = ""
  package var warnings: [String] = []
  /// The events of a series, in the order of the file.
  package var events: [EventRecord] = []
  /// Severities of the alarms among rows of a series that are not labelled as anomalies.
  var alarms: [Float] = []
  /// The cells of events with what was expected there, line by line; empty unless asked for.
  package var repairs: [CellRepair] = []
  private var unseen: [String: Int] = [:]

  mutating func add(_ chunk: RecordChunk) {
    rowsScored += chunk.rowCount
    rowsRejected += chunk.rejected.count
  }

  /// Counts the cells with a category that the baseline never had.
  mutating func unseenLevels(_ table: Table, _ encoder: TableEncoder) {
    for column in encoder.columns {
      guard case .category(let category) = column.encoding,
        case .categories(let codes, let levels)? = table.column(named: column.name)?.values
      else { continue }
      let unknown = category.features(of: levels).map { $0 == category.levels.count + 1 }
      let count = codes.reduce(0) { $0 + ($1 >= 0 && unknown[Int($1)] ? 1 : 0) }
      if count > 0 { unseen[column.name, default: 0] += count }
    }
  }

  /// Adds what is known only at the end of the file.
  mutating func finish(_ reader: TableReader, _ layout: DataLayout) {
    missingValues = reader.missingCells.reduce(0, +)
    sha256 = reader.digest
    warnings += reader.warnings(knownColumns: layout.schema.columns.map(\.name))
    for (column, count) in unseen.sorted(by: { $0.key < $1.key }) {
      warnings.append(
        location(reader.path)
          + "column \(quoted(column)) holds \(count) cells with a text that the baseline "
          + "never had")
    }
  }
}

extension RowScores {
  /// Copies the scores of a segment to the rows it comes from.
  fileprivate mutating func place(_ part: RowScores, at rows: [Int]) {
    for (offset, row) in rows.enumerated() {
      scores[row] = part.scores[offset]
      let source = part.contributions.range(ofRow: offset)
      contributions.values.replaceSubrange(
        contributions.range(ofRow: row), with: part.contributions.values[source])
      if part.expected.rows > 0 {
        expected.values.replaceSubrange(
          expected.range(ofRow: row), with: part.expected.values[source])
      }
    }
  }

  /// The scores of a range of rows.
  fileprivate func slice(_ range: Range<Int>) -> RowScores {
    RowScores(
      scores: Array(scores[range]),
      contributions: contributions.padded(rows: range, to: range.count),
      expected: expected.rows == 0 ? expected : expected.padded(rows: range, to: range.count))
  }
}
