import Files
import Ingestion
import Reporting

/// Rows in memory: named columns of equal length.
///
/// They are processed as the equivalent CSV file, so models, scores and messages are exactly those of
/// that file. Its header is line 1, and the first row line 2 unless a name has several lines.
///
/// ```swift
/// let rows = RowTable([.times("time", times), .numbers("flow", flow), .texts("state", states)])
/// for try await row in detector.score(rows) where row.isAnomaly { print(row.line) }
/// ```
public struct RowTable: Sendable, Equatable {
  /// The name of the table in messages, instead of a path.
  public let name: String
  /// The columns, in the order of the equivalent file.
  public let columns: [Column]
  /// The number of rows.
  public let rowCount: Int

  /// A table of columns, all with the same number of cells.
  ///
  /// * `name`: the name in messages.
  public init(_ columns: [Column], name: String = "memory") {
    rowCount = columns.first?.cells.count ?? 0
    for column in columns {
      precondition(
        column.cells.count == rowCount,
        "column \(column.name) holds \(column.cells.count) cells, the first one \(rowCount)")
    }
    (self.columns, self.name) = (columns, name)
  }

  /// One named column.
  public struct Column: Sendable, Equatable {
    public let name: String
    let cells: Cells

    /// Numbers; NaN is a missing cell, and an infinity makes its row a bad one.
    public static func numbers(_ name: String, _ values: [Double]) -> Column {
      Column(name: name, cells: .numbers(values))
    }

    /// Texts; nil is a missing cell, as is every text that means one in a file, such as `NA`.
    ///
    /// As in a file, a column of texts that are numbers is numeric unless it is made categorical.
    public static func texts(_ name: String, _ values: [String?]) -> Column {
      Column(name: name, cells: .texts(values))
    }

    /// Times in nanoseconds since 1970-01-01T00:00:00Z.
    public static func times(_ name: String, _ nanoseconds: [Int64]) -> Column {
      Column(name: name, cells: .times(nanoseconds))
    }
  }

  /// The cells of a column, one value per row.
  enum Cells: Sendable, Equatable {
    case numbers([Double])
    case texts([String?])
    case times([Int64])

    var count: Int {
      switch self {
      case .numbers(let values): values.count
      case .texts(let values): values.count
      case .times(let values): values.count
      }
    }
  }
}

extension RowTable {
  /// The equivalent CSV file in this dialect.
  func csv(_ dialect: CSVDialect) -> [UInt8] {
    var bytes: [UInt8] = []
    appendRecord(to: &bytes, dialect) { column, bytes in bytes += Array(column.name.utf8) }
    for row in 0..<rowCount {
      appendRecord(to: &bytes, dialect) { column, bytes in
        switch column.cells {
        case .numbers(let values): append(values[row], decimal: dialect.decimal, to: &bytes)
        case .texts(let values): bytes += Array((values[row] ?? "").utf8)
        case .times(let values): bytes += Array(iso8601(nanoseconds: values[row]).utf8)
        }
      }
    }
    return bytes
  }

  private func appendRecord(
    to bytes: inout [UInt8], _ dialect: CSVDialect, cell: (Column, inout [UInt8]) -> Void
  ) {
    let start = bytes.count
    for (index, column) in columns.enumerated() {
      if index > 0 { bytes.append(dialect.delimiter.byte) }
      let cellStart = bytes.count
      cell(column, &bytes)
      CSVField.quote(&bytes, from: cellStart, delimiter: dialect.delimiter.byte)
    }
    // A line without a byte would be a blank one, and no row.
    if bytes.count == start { bytes += Array("\"\"".utf8) }
    bytes.append(UInt8(ascii: "\n"))
  }

  private func append(
    _ number: Double, decimal: CSVDialect.Decimal, to bytes: inout [UInt8]
  ) {
    let start = bytes.count
    CSVField.append(number, to: &bytes)
    if decimal == .comma, let point = bytes[start...].firstIndex(of: UInt8(ascii: ".")) {
      bytes[point] = decimal.byte
    }
  }
}

/// A source of rows.
package enum RowSource: Sendable {
  /// A CSV file by its path; `-` is standard input.
  case file(String)
  case memory(RowTable)

  /// The path or name for messages.
  var path: String {
    switch self {
    case .file(let path): path
    case .memory(let table): table.name
    }
  }

  /// Opens the source and reads its header.
  func reader(
    _ dialect: CSVDialect, _ badRows: BadRows, limits: ReadingLimits = ReadingLimits()
  ) throws(IngestionError) -> TableReader {
    switch self {
    case .file(let path):
      try TableReader(path: path, dialect: dialect, limits: limits, policy: badRows.policy)
    case .memory(let table):
      try TableReader(
        file: InputFile(name: table.name, bytes: table.csv(dialect)), dialect: dialect,
        limits: limits, policy: badRows.policy)
    }
  }
}
