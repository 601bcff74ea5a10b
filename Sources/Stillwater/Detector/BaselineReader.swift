import Encoding
import Ingestion
import Tabular

/// A file that was read, as recorded in the summary.
package struct InputRecord: Sendable, Codable, Equatable {
  package let path: String
  /// The digest of the stored, possibly compressed, file.
  package let sha256: String
  /// The number of rows read, those set aside not counted.
  package let rows: Int
}

/// The normal rows of all baseline files, with counts and warnings from reading them.
struct Baseline {
  var layout: DataLayout
  fileprivate var sample: RowSample
  /// The rows of each file that are not labelled as anomalies.
  var files: [File] = []
  var inputs: [InputRecord] = []
  var rejected: [RejectedRow] = []
  var missingValues = 0
  /// The number of rows left out because they are labelled as anomalies.
  var labelledAnomalies = 0
  /// The number of rows left out to fit into memory.
  var sampledOut = 0
  var warnings: [String] = []

  struct File {
    let path: String
    var table: Table
    var lines: [Int]
    /// The labels of the rows; nil without a label column.
    var labels: [Bool]?
  }

  var rowCount: Int { files.reduce(0) { $0 + $1.table.rowCount } }

  /// The location of a row, counted through the tables of all files.
  func suspect(_ row: Int, score: Float) -> SuspiciousRow {
    var row = row
    for file in files {
      if row < file.lines.count { return file.suspect(row, score: score) }
      row -= file.lines.count
    }
    preconditionFailure("row \(row) lies beyond the baseline")
  }
}

extension Baseline.File {
  /// Keeps only the rows with these indices.
  fileprivate mutating func keep(_ rows: [Int]) {
    table = table.selecting(rows: rows)
    lines = rows.map { lines[$0] }
    labels = labels.map { labels in rows.map { labels[$0] } }
  }

  func suspect(_ row: Int, score: Float) -> SuspiciousRow {
    SuspiciousRow(file: path, line: lines[row], score: score)
  }
}

/// Reads baseline files one after the other; the first one determines the columns.
struct BaselineReader {
  let dialect: CSVDialect
  let badRows: BadRows
  /// The memory for rows and their encoding, in bytes; nil for a quarter of the machine's.
  var memory: Int?
  /// Selects the rows to keep when memory is short.
  var seed: UInt64 = 0
  /// The number of views that the rows will be encoded in.
  var views = NumberScaler.viewCount

  /// Reads all rows or, of tables too large for the memory, a uniform sample.
  ///
  /// Throws `overLimit` for a series that does not fit.
  ///
  /// * `layout`: the expected columns; nil infers them from the first file.
  /// * `keepsAnomalies`: whether rows labelled as anomalies are kept.
  func read(
    _ sources: [RowSource], layout known: DataLayout? = nil, columns: ColumnOptions,
    keepsAnomalies: Bool = false
  ) throws -> Baseline {
    var baseline: Baseline?
    for source in sources {
      var reader = try source.reader(dialect, badRows)
      if baseline == nil {
        baseline = try begin(&reader, known, columns)
      }
      try baseline?.add(&reader, keepsAnomalies: keepsAnomalies)
    }
    guard var baseline else { throw StillwaterError(.usage, "no input file is given") }
    baseline.warnOfSampling()
    return baseline
  }

  private func begin(_ reader: inout TableReader, _ known: DataLayout?, _ columns: ColumnOptions)
    throws -> Baseline
  {
    let sample = RowSample(memory: memory ?? RowSample.defaultMemory, seed: seed, views: views)
    if let known { return Baseline(layout: known, sample: sample) }
    let inferred = try reader.inferSchema()
    let (layout, warnings) = try DataLayout.resolve(
      inferred, path: reader.path, dialect: dialect, columns: columns)
    return Baseline(layout: layout, sample: sample, warnings: warnings)
  }
}

extension Baseline {
  fileprivate mutating func add(_ reader: inout TableReader, keepsAnomalies: Bool) throws {
    var all = TableAccumulator()
    let plan = layout.plan(label: layout.hasLabel(reader.header))
    while let chunk = try reader.next(plan) {
      append(chunk, to: &all)
      rejected += chunk.rejected
      try fitIntoMemory(&all, path: reader.path)
    }
    sampledOut += reader.rowsRead - all.rowCount
    missingValues += reader.missingCells.reduce(0, +)
    warnings += reader.warnings(knownColumns: layout.schema.columns.map(\.name))
    inputs.append(InputRecord(path: reader.path, sha256: reader.digest, rows: reader.rowsRead))
    var file = File(path: reader.path, table: all.table, lines: all.lines, labels: nil)
    file.labels = labels(of: file.table, layout: layout)
    if let labels = file.labels, !keepsAnomalies { dropAnomalies(&file, labels) }
    files.append(file)
  }

  private func append(_ chunk: RecordChunk, to all: inout TableAccumulator) {
    guard sample.halvings > 0 else { return all.append(chunk.table, lines: chunk.lines) }
    let rows = chunk.lines.indices.filter {
      sample.keeps(file: files.count, line: chunk.lines[$0])
    }
    all.append(chunk.table.selecting(rows: rows), lines: rows.map { chunk.lines[$0] })
  }

  /// Thins the rows of all files until they fit; a series, whose rows need their neighbours, cannot be
  /// thinned.
  private mutating func fitIntoMemory(_ all: inout TableAccumulator, path: String) throws {
    func bytes(_ files: [File], _ sample: RowSample) -> Int {
      files.reduce(0) { $0 + sample.bytes(of: $1.table) }
    }
    while bytes(files, sample) + sample.bytes(of: all.table) > sample.memory {
      let rows = all.rowCount + files.reduce(0) { $0 + $1.lines.count }
      guard !layout.isSeries, rows >= 2 * TableEncoder.fewestRows, sample.halve() else {
        throw StillwaterError(
          .overLimit,
          "\(path):\(all.lines.last ?? 1): the baseline does not fit into "
            + "\(sample.memory >> 20) MiB; give more --memory or fewer rows")
      }
      let (sample, current) = (sample, files.count)
      all.keep { sample.keeps(file: current, line: $0) }
      for index in files.indices {
        let before = files[index].lines
        let rows = before.indices.filter { sample.keeps(file: index, line: before[$0]) }
        sampledOut += before.count - rows.count
        files[index].keep(rows)
      }
    }
  }

  fileprivate mutating func warnOfSampling() {
    guard sample.halvings > 0 else { return }
    warnings.append(
      "the baseline does not fit into \(sample.memory >> 20) MiB: \(sample.fraction) of its rows, "
        + "\(rowCount) in all, were learned from; --memory allows more")
  }

  private mutating func dropAnomalies(_ file: inout File, _ labels: [Bool]) {
    let normal = labels.indices.filter { !labels[$0] }
    labelledAnomalies += labels.count - normal.count
    file.keep(normal)
  }
}
