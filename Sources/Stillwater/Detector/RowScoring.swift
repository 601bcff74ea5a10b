import Calibration
import Compute
import Encoding
import Events
package import Ingestion
package import Reporting
import Scoring
import Tabular

/// How rows are scored, and what is wanted beside the score.
public struct ScoringOptions: Sendable {
  /// Tasks at work at the same time; results do not depend on it.
  public var threads: Int
  /// Whether `ScoredRow.expected` is wanted.
  public var explains: Bool
  /// What becomes of rows that cannot be read.
  public var badRows: BadRows
  /// Whether the label column is read along where a file has one.
  var readsLabels = false
  /// Whether the columns to blame are wanted.
  package var blames = true
  /// Which events of a series are told.
  package var manners = AlarmManners()
  /// Whether `FileOutcome.repairs` are wanted.
  package var repairs = false

  public init(
    explains: Bool = false, badRows: BadRows = .fail, threads: Int = defaultThreads
  ) {
    (self.explains, self.badRows, self.threads) = (explains, badRows, threads)
  }
}

/// The header of a file that is about to be scored.
package struct FileHeader: Sendable {
  package let names: [String]
  package let bytes: [UInt8]

  package init(names: [String], bytes: [UInt8]) { (self.names, self.bytes) = (names, bytes) }
}

/// Some rows of a file with all that was found out about them.
package struct ScoredChunk: Sendable {
  package let chunk: RecordChunk
  package let rows: [ScoredRow]
}

extension Detector {
  /// Scores the rows of one source and hands them to `emit` in their order.
  ///
  /// Rows of a table are read and scored a few blocks at a time, and a block is handed on while the
  /// next ones are scored; a series is read whole, for its windows look both ways.
  ///
  /// - Returns: what was met in the file.
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

  /// What time does in a scored file that windows do not expect.
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

  /// Tells the group of a row; empty without a group column.
  private func groupNames(of table: Table) -> (Int) -> String {
    guard let name = groupColumn,
      case .categories(let codes, let levels)? = table.column(named: name)?.values
    else { return { _ in "" } }
    return { row in codes[row] >= 0 ? "\(levels[Int(codes[row])])" : "" }
  }

  /// The rows of a chunk as the user sees them.
  ///
  /// * `events`: of a series, the event that each row lies in, nil for none.
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

  /// The features whose contributions make up the share of each column.
  private var blamedFeatures: [Range<Int>] {
    switch core {
    case .table(let encoder, _):
      encoder.columns.map { $0.features.lowerBound..<$0.features.upperBound }
    case .series(let encoder, _): encoder.channels.indices.map { $0..<$0 + 1 }
    }
  }

  /// The score as a number that every reader takes: what lies beyond all numbers ranks top.
  private func finite(_ score: Float) -> Float {
    let largest = Float.greatestFiniteMagnitude
    return score.isNaN ? largest : min(max(score, -largest), largest)
  }

  /// What each column was expected to hold, as text.
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

  /// A number with the decimal mark of the files: finite, however far out it lies, and nothing when
  /// there is none.
  private func number(_ value: Double) -> String {
    guard !value.isNaN else { return "" }
    let largest = Double.greatestFiniteMagnitude
    let bounded = min(max(value, -largest), largest)
    let isFloat = Float(bounded).isFinite
    let text = isFloat ? Float(bounded).description : bounded.description
    return layout.dialect.decimal == .comma ? text.replacing(".", with: ",") : text
  }
}

/// Names the columns that make a row stand out.
private struct Blamer {
  let names: [String]
  /// The features of each column.
  let features: [Range<Int>]
  private var shares: [Float]
  private var worst: [Int] = []

  init(names: [String], features: [Range<Int>]) {
    (self.names, self.features) = (names, features)
    shares = [Float](repeating: 0, count: features.count)
  }

  /// Columns with at least a twentieth of the blame, worst first, at most five.
  mutating func columns(_ contributions: Matrix, row: Int) -> [ScoredRow.Blame] {
    let start = contributions.range(ofRow: row).lowerBound
    var total: Float = 0
    for (column, range) in features.enumerated() {
      var share: Float = 0
      for feature in range { share += contributions.values[start + feature] }
      shares[column] = share
      total += share
    }
    guard total > 0, total.isFinite else { return [] }
    worst.removeAll(keepingCapacity: true)
    // Among equal shares the column that stands first in the file comes first.
    for column in shares.indices {
      var place = worst.count
      while place > 0, shares[worst[place - 1]] < shares[column] { place -= 1 }
      if place < 5 { worst.insert(column, at: place) }
      if worst.count > 5 { worst.removeLast() }
    }
    let count = worst.dropFirst().prefix { shares[$0] / total >= 0.05 }.count + 1
    return worst.prefix(count).map { .init(column: names[$0], share: shares[$0] / total) }
  }
}

/// What was met in a file that was scored.
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

  /// Counts the cells whose category was never seen in the baseline.
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
  /// Writes the scores of a segment at the rows it came from.
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

  /// A run of rows.
  fileprivate func slice(_ range: Range<Int>) -> RowScores {
    RowScores(
      scores: Array(scores[range]),
      contributions: contributions.padded(rows: range, to: range.count),
      expected: expected.rows == 0 ? expected : expected.padded(rows: range, to: range.count))
  }
}
