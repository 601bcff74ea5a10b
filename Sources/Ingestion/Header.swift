import Files

/// The first record of a file: the column names.
struct Header {
  /// Trimmed, unique and not empty, in the order of the file.
  let names: [String]
  /// The record byte for byte, to be copied to outputs.
  let bytes: [UInt8]
  /// The delimiter the file probably uses: set when there is a single column whose name contains it.
  let delimiterGuess: CSVDialect.Delimiter?

  /// Reads the first record of `block`.
  ///
  /// Throws `header` with all problems of the names at once, `tooManyColumns`, or the parser's fault.
  init(
    _ block: CSVBlock, path: String, dialect: CSVDialect, limits: ReadingLimits
  ) throws(IngestionError) {
    let range = block.scan.starts[0]..<block.scan.ends[0]
    let line = block.scan.lines[0]
    let (grid, fault) = CSVParser(delimiter: dialect.delimiter.byte).parse(block.bytes, in: range)
    bytes = Array(block.bytes[range])
    if let fault {
      let location = FaultLocation(path: path, record: block.bytes[range], line: line, header: [])
      throw location.error(for: fault, delimiter: dialect.delimiter.byte, limits: limits)
    }
    guard grid.recordCount == 1 else {
      throw .recordCountMismatch(path: path, line: line, scanned: 1, parsed: grid.recordCount)
    }
    let found = grid.cellCount(of: 0)
    guard found <= limits.columns else {
      throw .tooManyColumns(path: path, line: line, found: found, limit: limits.columns)
    }
    names = try Self.names(grid, path: path, line: line)
    delimiterGuess = Self.guess(names, dialect)
  }

  private static func names(
    _ grid: CellGrid, path: String, line: Int
  ) throws(IngestionError) -> [String] {
    var names: [String] = []
    var problems: [String] = []
    var firstWith: [[UInt8]: Int] = [:]
    for column in 0..<grid.cellCount(of: 0) {
      let cell = trimmed(grid.cell(record: 0, column: column))
      let name = String(validating: cell, as: UTF8.self)
      if cell.contains(0) { problems.append("column \(column + 1): the name holds a NUL byte") }
      if name == nil { problems.append("column \(column + 1): the name is not valid UTF-8") }
      if cell.isEmpty { problems.append("column \(column + 1): the name is blank") }
      if let first = firstWith[Array(cell)], !cell.isEmpty {
        let name = quoted(name ?? "")
        problems.append("column \(column + 1): the name \(name) is that of column \(first) too")
      }
      firstWith[Array(cell), default: column + 1] += 0
      names.append(name ?? "")
    }
    guard problems.isEmpty else { throw .header(path: path, line: line, problems: problems) }
    return names
  }

  private static func trimmed(_ cell: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isBlank = { (byte: UInt8?) in byte == 0x20 || (0x09...0x0D).contains(byte ?? 0) }
    var text = cell
    while isBlank(text.first) { text.removeFirst() }
    while isBlank(text.last) { text.removeLast() }
    return text
  }

  private static func guess(_ names: [String], _ dialect: CSVDialect) -> CSVDialect.Delimiter? {
    guard names.count == 1 else { return nil }
    let counts = CSVDialect.Delimiter.allCases.map { delimiter in
      (delimiter, names[0].utf8.count { $0 == delimiter.byte })
    }
    let best = counts.filter { $0.0 != dialect.delimiter }.max { $0.1 < $1.1 }
    return best.flatMap { $0.1 > 0 ? $0.0 : nil }
  }
}
