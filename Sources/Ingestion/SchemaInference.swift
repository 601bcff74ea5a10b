import Tabular

/// How many rows and bytes are looked at to tell the kinds of columns.
package struct InferenceLimits: Sendable, Equatable {
  package var rows: Int
  package var bytes: Int

  package init(rows: Int = 20_000, bytes: Int = 16 << 20) {
    (self.rows, self.bytes) = (rows, bytes)
  }
}

extension TableReader {
  /// Looks at the first rows, which stay to be read, and tells the kind of each column.
  ///
  /// A column is of numbers if nearly every cell that is not missing is one, or most are and differ:
  /// the others are damage, which reading reports. It is of times if nearly every cell is an ISO
  /// 8601 date or date-time, an identifier if it names its row (see `ColumnObserver`), else of
  /// categories. Ragged rows are left out here.
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

/// Watches the cells of one column and decides what kind it is.
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

  /// Fewer rows than this do not show that a column names its rows.
  private static let fewestRows = 20
  /// The share of distinct texts from which on they name their rows.
  private static let nearlyAll = 0.9
  /// The share of cells from which on the others are damage.
  private static let nearlyEvery = 0.95
  /// More different numbers than this, or than half of the numbers, are no codes.
  private static let mostCodes = 20
  /// The mean length of a text in bytes from which on it is prose.
  private static let longText = 64

  init(name: String) { self.name = name }

  /// Takes in the cell of one more row.
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
    // Beyond 2^53 a double does not feel the step, and a constant would seem to count.
    countsUp =
      countsUp && value == first + Double(rows) && value.rounded() == value
      && value.magnitude < 0x1p53
    numberCount += 1
    (minimum, maximum) = (min(minimum, value), max(maximum, value))
    sum += value / 2  // halved, so that two values near the largest double do not overflow
    return true
  }

  /// What was seen.
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

  /// A column without any value counts as one of numbers.
  private func kind(present: Int, isNumeric: Bool) -> ColumnKind {
    if isNumeric { return countsUp && rows >= Self.fewestRows ? .identifier : .number }
    if Double(timeCount) >= Self.nearlyEvery * Double(present) { return .time }
    guard present >= Self.fewestRows else { return .category }
    let isNearlyDistinct = Double(distinct.count) > Self.nearlyAll * Double(present)
    return isNearlyDistinct || byteCount > Self.longText * present ? .identifier : .category
  }
}
