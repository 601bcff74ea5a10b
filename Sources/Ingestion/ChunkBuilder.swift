import Tabular

/// Builds the rows of one block: checks each record, reads the planned columns, sets bad rows aside.
///
/// The order of calls is `checkStructure`, `readColumns`, `finish`. Columns are read one at a time
/// over all rows, and the rows that turn out bad are removed afterwards from every column.
struct ChunkBuilder {
  private let parser: BlockParser
  private let block: CSVBlock
  private let grid: CellGrid
  /// The records without damage so far, ascending.
  private var records: [Int] = []
  /// The index of the first cell of each of `records`.
  private var firsts: [UInt32] = []
  private var numbers: [Int: [Double]] = [:]
  private var times: [Int: [Int64]] = [:]
  private var damages: [Damage] = []
  private var assumedUTC = false
  /// A cell longer than its limit, which ends the reading of the file.
  private(set) var failure: IngestionError?

  private struct Damage {
    let record: Int
    /// The index of the damaged column in the header; nil when the row as a whole is damaged.
    let column: Int?
    let damage: RowDamage
  }

  init(parser: BlockParser, block: CSVBlock, grid: CellGrid) {
    (self.parser, self.block, self.grid) = (parser, block, grid)
  }

  /// Checks cell counts, cell lengths and UTF-8 of all parsed records.
  mutating func checkStructure() {
    let count = min(grid.recordCount, block.recordCount)
    let isText = !block.scan.needsTextCheck || isValidText(block.bytes[block.range])
    for record in 0..<count {
      if let error = overlongCell(record) {
        failure = error
        return
      }
      if let damage = structuralDamage(record, isText: isText) {
        damages.append(damage)
      } else {
        records.append(record)
        firsts.append(grid.firsts[record])
      }
    }
  }

  /// Reads numbers, times and labels and drops the rows with bad ones.
  ///
  /// Categories wait for `finish`: the levels of dropped rows must not count.
  mutating func readColumns() {
    for (position, column) in parser.columns.enumerated() {
      switch column.reading {
      case .number: numbers[position] = readNumbers(column)
      case .time: times[position] = readTimes(column)
      case .label(let labels): checkLabels(column, labels)
      case .category: break
      }
    }
    dropDamaged()
  }

  /// The good rows as typed columns, with the bad ones beside them.
  func finish(failure: IngestionError?) -> ParsedBlock {
    var columns: [Column] = []
    var missing: [Int] = []
    for (position, column) in parser.columns.enumerated() {
      let values = values(at: position, column)
      columns.append(Column(name: column.name, values: values))
      missing.append(missingCount(values))
    }
    let chunk = RecordChunk(
      table: Table(columns: columns, rowCount: records.count),
      lines: records.map { block.scan.lines[$0] }, rejected: rejectedRows(), missing: missing,
      bytes: block.bytes, ranges: records.map { block.scan.starts[$0]..<block.scan.ends[$0] },
      delimiter: parser.dialect.delimiter.byte)
    return ParsedBlock(chunk: chunk, assumedUTC: assumedUTC, failure: failure)
  }

  private func overlongCell(_ record: Int) -> IngestionError? {
    let scan = block.scan
    let limit = parser.limits.cellBytes
    guard scan.ends[record] - scan.starts[record] > limit else { return nil }
    for column in 0..<grid.cellCount(of: record)
    where grid.range(record: record, column: column).count > limit {
      let fault = ParsingFault(
        kind: .cellTooLong, position: scan.ends[record], record: record, column: column)
      let location = FaultLocation(
        path: parser.path, record: block.bytes[scan.starts[record]..<scan.ends[record]],
        line: scan.lines[record], header: parser.header)
      return location.error(
        for: fault, delimiter: parser.dialect.delimiter.byte, limits: parser.limits)
    }
    return nil
  }

  private func structuralDamage(_ record: Int, isText: Bool) -> Damage? {
    let found = grid.cellCount(of: record)
    guard found == parser.header.count else {
      let damage = RowDamage.cellCount(expected: parser.header.count, found: found)
      return Damage(record: record, column: nil, damage: damage)
    }
    if isText || isValidText(block.bytes[block.scan.starts[record]..<block.scan.ends[record]]) {
      return nil
    }
    for column in 0..<found {
      let cell = grid.cell(record: record, column: column)
      if cell.contains(0) { return Damage(record: record, column: column, damage: .nulByte) }
      if !isValidText(cell) {
        return Damage(record: record, column: column, damage: .invalidUTF8)
      }
    }
    return Damage(record: record, column: nil, damage: .invalidUTF8)
  }

  private func isValidText(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
  }

  private mutating func readNumbers(_ column: BlockParser.ResolvedColumn) -> [Double] {
    var values = [Double](repeating: .nan, count: firsts.count)
    var row = 0
    while row < firsts.count {
      row = parser.numbers.readColumn(
        column.index, of: grid, firsts: firsts, from: row, into: &values)
      guard row < firsts.count else { break }
      values[row] = .nan
      checkNumber(column, record: records[row])
      row += 1
    }
    return values
  }

  private mutating func checkNumber(_ column: BlockParser.ResolvedColumn, record: Int) {
    let cell = grid.cell(record: record, column: column.index)
    guard !parser.isMissing(cell) else { return }
    let text = String(decoding: cell, as: UTF8.self)
    let isTooLarge = parser.numbers.read(cell) == .tooLarge
    let damage: RowDamage = isTooLarge ? .numberTooLarge(text: text) : .notANumber(text: text)
    damages.append(Damage(record: record, column: column.index, damage: damage))
  }

  private mutating func readTimes(_ column: BlockParser.ResolvedColumn) -> [Int64] {
    records.map { record in
      let cell = grid.cell(record: record, column: column.index)
      let damage: RowDamage
      switch parser.times.read(cell) {
      case .time(let value, let hasZone):
        if !hasZone { assumedUTC = true }
        return value
      case .outOfRange: damage = .timeOutOfRange(text: String(decoding: cell, as: UTF8.self))
      case .malformed:
        let isMissing = parser.isMissing(cell)
        damage = isMissing ? .missingTime : .notATime(text: String(decoding: cell, as: UTF8.self))
      }
      damages.append(Damage(record: record, column: column.index, damage: damage))
      return 0
    }
  }

  private mutating func checkLabels(_ column: BlockParser.ResolvedColumn, _ labels: LabelReader) {
    for record in records {
      let cell = grid.cell(record: record, column: column.index)
      if parser.isMissing(cell) {
        damages.append(Damage(record: record, column: column.index, damage: .missingLabel))
      } else if labels.isAnomaly(cell) == nil {
        let damage = RowDamage.notALabel(text: String(decoding: cell, as: UTF8.self))
        damages.append(Damage(record: record, column: column.index, damage: damage))
      }
    }
  }

  /// Keeps the damage of the leftmost column of each record and removes the damaged rows.
  private mutating func dropDamaged() {
    guard !damages.isEmpty else { return }
    damages.sort { ($0.record, $0.column ?? -1) < ($1.record, $1.column ?? -1) }
    var seen = -1
    damages.removeAll { damage in
      defer { seen = damage.record }
      return damage.record == seen
    }
    let bad = Set(damages.map(\.record))
    let kept = records.indices.filter { !bad.contains(records[$0]) }
    guard kept.count < records.count else { return }
    for (position, values) in numbers { numbers[position] = kept.map { values[$0] } }
    for (position, values) in times { times[position] = kept.map { values[$0] } }
    (records, firsts) = (kept.map { records[$0] }, kept.map { firsts[$0] })
  }

  private func values(at position: Int, _ column: BlockParser.ResolvedColumn) -> ColumnValues {
    switch column.reading {
    case .number: .numbers(numbers[position] ?? [])
    case .time: .times(times[position] ?? [])
    case .category, .label: categories(column.index)
    }
  }

  /// Numbers the levels by first appearance; those that mean a missing cell become -1 and leave no gap.
  private func categories(_ column: Int) -> ColumnValues {
    var table = LevelTable()
    let bytes = grid.bytes.span
    var codes = [Int32](repeating: -1, count: firsts.count)
    for row in firsts.indices {
      let range = grid.range(cell: Int(firsts[row]) + column)
      if !range.isEmpty { codes[row] = table.code(of: range, in: bytes) }
    }
    var levels: [String] = []
    let renumbered = table.ranges.map { range -> Int32 in
      let cell = grid.bytes[range]
      guard !parser.isMissing(cell) else { return -1 }
      levels.append(String(decoding: cell, as: UTF8.self))
      return Int32(levels.count - 1)
    }
    if levels.count < renumbered.count {
      for row in codes.indices where codes[row] >= 0 { codes[row] = renumbered[Int(codes[row])] }
    }
    return .categories(codes: codes, levels: levels)
  }

  private func missingCount(_ values: ColumnValues) -> Int {
    switch values {
    case .numbers(let values): values.count { $0.isNaN }
    case .categories(let codes, _): codes.count { $0 < 0 }
    case .times: 0
    }
  }

  private func rejectedRows() -> [RejectedRow] {
    damages.map { damage in
      let range = block.scan.starts[damage.record]..<block.scan.ends[damage.record]
      return RejectedRow(
        file: parser.path, line: block.scan.lines[damage.record],
        column: damage.column.map { parser.header[$0] }, damage: damage.damage,
        bytes: Array(block.bytes[range]))
    }
  }
}
