/// Concatenates the chunks of a file into one table; linear in the cells.
package struct TableAccumulator {
  private var columns: [ColumnValues] = []
  private var names: [String] = []
  /// For each column the codes of the levels seen so far.
  private var levelCodes: [[[UInt8]: Int32]] = []
  package private(set) var rowCount = 0
  /// The physical line of each row.
  package private(set) var lines: [Int] = []

  package init() {}

  package var table: Table {
    Table(
      columns: zip(names, columns).map { Column(name: $0, values: $1) }, rowCount: rowCount)
  }

  /// Adds the rows of a table with the same columns; `some` are their lines.
  package mutating func append(_ table: Table, lines some: [Int]) {
    if names.isEmpty {
      names = table.columns.map(\.name)
      columns = table.columns.map(\.values.emptied)
      levelCodes = names.map { _ in [:] }
    }
    for index in columns.indices { append(table.columns[index].values, to: index) }
    rowCount += some.count
    lines += some
  }

  /// Keeps only the rows whose lines satisfy the predicate.
  package mutating func keep(_ isWanted: (_ line: Int) -> Bool) {
    let rows = lines.indices.filter { isWanted(lines[$0]) }
    columns = table.selecting(rows: rows).columns.map(\.values)
    lines = rows.map { lines[$0] }
    rowCount = rows.count
  }

  private mutating func append(_ values: ColumnValues, to index: Int) {
    let old = columns[index]
    // Appending to a uniquely referenced array avoids a copy for each chunk.
    columns[index] = .numbers([])
    switch (old, values) {
    case (.numbers(var all), .numbers(let some)):
      all += some
      columns[index] = .numbers(all)
    case (.times(var all), .times(let some)):
      all += some
      columns[index] = .times(all)
    case (.categories(var codes, var levels), .categories(let some, let someLevels)):
      let mapped = someLevels.map { code(of: $0, column: index, levels: &levels) }
      codes += some.map { $0 < 0 ? -1 : mapped[Int($0)] }
      columns[index] = .categories(codes: codes, levels: levels)
    default:
      preconditionFailure("column \(names[index]) changed its kind between chunks")
    }
  }

  /// The code of a level in the whole table; a new level is appended.
  private mutating func code(of level: String, column: Int, levels: inout [String]) -> Int32 {
    let key = Array(level.utf8)
    if let known = levelCodes[column][key] { return known }
    let code = Int32(levels.count)
    levelCodes[column][key] = code
    levels.append(level)
    return code
  }
}

extension ColumnValues {
  fileprivate var emptied: ColumnValues {
    switch self {
    case .numbers: .numbers([])
    case .categories: .categories(codes: [], levels: [])
    case .times: .times([])
    }
  }
}
