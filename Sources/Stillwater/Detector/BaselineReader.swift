import Ingestion
import Tabular

/// A file that was read, for the summary.
package struct InputRecord: Sendable, Codable, Equatable {
  package let path: String
  /// Of the file as it is stored.
  package let sha256: String
  /// Rows read from it, those set aside not counted.
  package let rows: Int
}

/// The normal rows of all baseline files, and what was met on the way.
struct Baseline {
  var layout: DataLayout
  /// The rows of each file that are not labelled as anomalies.
  var files: [File] = []
  var inputs: [InputRecord] = []
  var rejected: [RejectedRow] = []
  var missingValues = 0
  /// Rows left out because their label says anomaly.
  var labelledAnomalies = 0
  var warnings: [String] = []

  struct File {
    let path: String
    var table: Table
    var lines: [Int]
    /// Labels where the label column exists.
    var labels: [Bool]?
  }

  var rowCount: Int { files.reduce(0) { $0 + $1.table.rowCount } }

  /// Names a row of all files' tables, one after the other.
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
  func suspect(_ row: Int, score: Float) -> SuspiciousRow {
    SuspiciousRow(path: path, line: lines[row], score: score)
  }
}

/// Reads baseline files, one after the other; the first one decides what the columns are.
struct BaselineReader {
  let dialect: CSVDialect
  let badRows: BadRowPolicy

  /// All rows of the files.
  ///
  /// * `layout`: the columns to expect; nil infers them from the first file.
  /// * `keepsAnomalies`: whether rows labelled as anomalies stay.
  func read(
    _ paths: [String], layout known: DataLayout? = nil, columns: ColumnOptions,
    keepsAnomalies: Bool = false
  ) throws -> Baseline {
    var baseline: Baseline?
    for path in paths {
      var reader = try TableReader(path: path, dialect: dialect, policy: badRows)
      if baseline == nil {
        baseline = try begin(&reader, known, columns)
      }
      try baseline?.add(&reader, keepsAnomalies: keepsAnomalies)
    }
    guard let baseline else { throw StillwaterError(.usage, "no input file is given") }
    return baseline
  }

  private func begin(_ reader: inout TableReader, _ known: DataLayout?, _ columns: ColumnOptions)
    throws -> Baseline
  {
    if let known { return Baseline(layout: known) }
    let inferred = try reader.inferSchema()
    let (layout, warnings) = try DataLayout.resolve(
      inferred, path: reader.path, dialect: dialect, columns: columns)
    return Baseline(layout: layout, warnings: warnings)
  }
}

extension Baseline {
  fileprivate mutating func add(_ reader: inout TableReader, keepsAnomalies: Bool) throws {
    var all = TableAccumulator()
    let plan = layout.plan(label: layout.hasLabel(reader.header))
    while let chunk = try reader.next(plan) {
      all.append(chunk)
      rejected += chunk.rejected
    }
    missingValues += reader.missingCells.reduce(0, +)
    warnings += reader.warnings(knownColumns: layout.schema.columns.map(\.name))
    inputs.append(InputRecord(path: reader.path, sha256: reader.digest, rows: reader.rowsRead))
    var file = File(path: reader.path, table: all.table, lines: all.lines, labels: nil)
    file.labels = labels(of: file.table, layout: layout)
    if let labels = file.labels, !keepsAnomalies { dropAnomalies(&file, labels) }
    files.append(file)
  }

  private mutating func dropAnomalies(_ file: inout File, _ labels: [Bool]) {
    let normal = labels.indices.filter { !labels[$0] }
    labelledAnomalies += labels.count - normal.count
    file.table = file.table.selecting(rows: normal)
    file.lines = normal.map { file.lines[$0] }
    file.labels = normal.map { labels[$0] }
  }
}

extension Table {
  /// The listed rows alone.
  func selecting(rows: [Int]) -> Table {
    Table(
      columns: columns.map { column in
        let values: ColumnValues =
          switch column.values {
          case .numbers(let values): .numbers(rows.map { values[$0] })
          case .times(let values): .times(rows.map { values[$0] })
          case .categories(let codes, let levels):
            .categories(codes: rows.map { codes[$0] }, levels: levels)
          }
        return Column(name: column.name, values: values)
      }, rowCount: rows.count)
  }

  /// The rows of several tables with the same columns, one after the other.
  static func joined(_ tables: [Table]) -> Table {
    guard tables.count > 1, let first = tables.first else {
      return tables.first ?? Table(columns: [], rowCount: 0)
    }
    var columns: [Column] = []
    for index in first.columns.indices {
      let values = tables.filter { $0.rowCount > 0 }.map { $0.columns[index].values }
      columns.append(Column(name: first.columns[index].name, values: .joined(values)))
    }
    return Table(columns: columns, rowCount: tables.reduce(0) { $0 + $1.rowCount })
  }
}

extension ColumnValues {
  /// Cells of one kind, one list after the other; categories share one list of levels.
  fileprivate static func joined(_ parts: [ColumnValues]) -> ColumnValues {
    var (numbers, times) = ([Double](), [Int64]())
    var (codes, levels, places) = ([Int32](), [String](), [[UInt8]: Int32]())
    for part in parts {
      switch part {
      case .numbers(let values): numbers += values
      case .times(let values): times += values
      case .categories(let some, let someLevels):
        let mapped = someLevels.map { level -> Int32 in
          let key = Array(level.utf8)
          if let known = places[key] { return known }
          places[key] = Int32(levels.count)
          levels.append(level)
          return Int32(levels.count - 1)
        }
        codes += some.map { $0 < 0 ? -1 : mapped[Int($0)] }
      }
    }
    switch parts.first {
    case .times: return .times(times)
    case .categories: return .categories(codes: codes, levels: levels)
    default: return .numbers(numbers)
    }
  }
}
