import Tabular

/// How much of a file schema inference inspects: it stops at whichever limit comes first.
package struct InferenceLimits: Sendable, Equatable {
  package var rows: Int
  package var bytes: Int

  package init(rows: Int = 20_000, bytes: Int = 16 << 20) {
    (self.rows, self.bytes) = (rows, bytes)
  }
}

extension TableReader {
  /// Infers the kind of each column from the first rows, which are not consumed.
  ///
  /// A column is numeric if at least 95 % of its present cells are numbers, or most are and differ too
  /// much to be codes; its other cells are damage, which reading reports. It holds times if 95 % are
  /// ISO 8601 dates or date-times, is an identifier if it names its rows (see `ColumnObserver`), and
  /// categorical otherwise. Rows with a wrong number of cells are skipped here.
  package mutating func inferSchema(
    limits: InferenceLimits = InferenceLimits()
  ) throws(IngestionError) -> InferredSchema {
    let blocks = preview(rows: limits.rows, bytes: limits.bytes)
    let parser = try parser(for: ReadingPlan(columns: []))
    var observers = header.map { ColumnObserver(name: $0) }
    var rows = 0
    var cutShort = false
    for block in blocks {
      let grid = CSVParser(delimiter: dialect.delimiter.byte)
        .parse(block.bytes, in: block.range).grid
      for record in 0..<min(grid.recordCount, block.recordCount) {
        guard rows < limits.rows else {
          cutShort = true
          break
        }
        guard grid.cellCount(of: record) == header.count else { continue }
        rows += 1
        for column in observers.indices {
          observers[column].observe(
            grid.cell(record: record, column: column), line: block.scan.lines[record], parser)
        }
      }
    }
    let isWhole = !cutShort && isAtEnd
    return InferredSchema(
      profiles: observers.map { $0.profile() }, rows: rows, isWholeFile: isWhole)
  }
}

/// Accumulates statistics of one column's cells and decides its kind.
///
/// Given at least 20 rows, an identifier is a whole number that counts up by one from row to row, or
/// texts that are over 90 % distinct or longer than 64 bytes on average.
struct ColumnObserver {
  let name: String
  private var rows = 0
  private var missing = 0
  private var numberCount = 0
  private var timeCount = 0
  private var byteCount = 0
  private var minimum = Double.infinity
  private var maximum = -Double.infinity
  private var sum = 0.0
  private var first = 0.0
  private var countsUp = true
  private var distinct: Set<[UInt8]> = []
  private var distinctNumbers = 0
  private var examples: [String] = []
  private var exampleLines: [Int] = []

  /// With fewer rows no column is taken for an identifier.
  private static let fewestRows = 20
  /// The fraction of distinct texts above which they identify their rows.
  private static let nearlyAll = 0.9
  /// The fraction of cells of one type from which on all others are damage.
  private static let nearlyEvery = 0.95
  /// More distinct numbers than this, or than half of the numbers, are measurements and not codes.
  private static let mostCodes = 20
  /// The mean length in bytes above which texts are prose.
  private static let longText = 64

  init(name: String) { self.name = name }

  /// Adds the cell of the next row; `line` is its physical line.
  mutating func observe(_ cell: ArraySlice<UInt8>, line: Int, _ parser: BlockParser) {
    defer { rows += 1 }
    guard !parser.isMissing(cell) else {
      missing += 1
      countsUp = false
      return
    }
    byteCount += cell.count
    let isNumber = observeNumber(cell, parser)
    if !isNumber, case .time = TimeReader.iso8601(cell) { timeCount += 1 }
    guard distinct.insert(Array(cell)).inserted else { return }
    if isNumber { distinctNumbers += 1 }
    guard examples.count < 5 else { return }
    examples.append(String(decoding: cell.prefix(80), as: UTF8.self))
    exampleLines.append(line)
  }

  private mutating func observeNumber(_ cell: ArraySlice<UInt8>, _ parser: BlockParser) -> Bool {
    guard case .number(let value) = parser.numbers.read(cell) else {
      countsUp = false
      return false
    }
    if rows == 0 { first = value }
    // Beyond 2^53 adding 1 to a double changes nothing, and a constant would seem to count up.
    countsUp =
      countsUp && value == first + Double(rows) && value.rounded() == value
      && value.magnitude < 0x1p53
    numberCount += 1
    (minimum, maximum) = (min(minimum, value), max(maximum, value))
    sum += value / 2  // halved, so that two values near the largest double do not overflow
    return true
  }

  /// The profile of all cells observed so far.
  func profile() -> ColumnProfile {
    let present = rows - missing
    let isNumeric = isNumeric(present: present)
    let hasNumbers = isNumeric && present > 0
    let mean = sum / Double(max(1, numberCount)) * 2
    return ColumnProfile(
      name: name, kind: kind(present: present, isNumeric: isNumeric),
      isConstant: missing == 0 && present > 0
        && (isNumeric ? numberCount == present && minimum == maximum : distinct.count == 1),
      missing: missing, distinct: distinct.count, minimum: hasNumbers ? minimum : nil,
      maximum: hasNumbers ? maximum : nil, mean: hasNumbers && mean.isFinite ? mean : nil,
      examples: examples, exampleLines: exampleLines)
  }

  private func isNumeric(present: Int) -> Bool {
    Double(numberCount) >= Self.nearlyEvery * Double(present)
      || 2 * numberCount > present && distinctNumbers > min(Self.mostCodes, numberCount / 2)
  }

  /// The kind of the column; one without any present cell is numeric.
  private func kind(present: Int, isNumeric: Bool) -> ColumnKind {
    if isNumeric { return countsUp && rows >= Self.fewestRows ? .identifier : .number }
    if Double(timeCount) >= Self.nearlyEvery * Double(present) { return .time }
    guard present >= Self.fewestRows else { return .category }
    let isNearlyDistinct = Double(distinct.count) > Self.nearlyAll * Double(present)
    return isNearlyDistinct || byteCount > Self.longText * present ? .identifier : .category
  }
}
