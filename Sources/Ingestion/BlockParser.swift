import Tabular

/// Turns a block of bytes into rows of typed columns; blocks may be parsed in parallel.
package struct BlockParser: Sendable {
  let path: String
  let header: [String]
  let dialect: CSVDialect
  let limits: ReadingLimits
  let delimiterGuess: CSVDialect.Delimiter?
  let columns: [ResolvedColumn]
  let nullValues: [[UInt8]]
  let numbers: NumberReader
  let times: TimeReader

  /// A planned column and its place in this file.
  struct ResolvedColumn: Sendable {
    let name: String
    let reading: ReadingPlan.Reading
    let index: Int
  }

  init(
    path: String, header: [String], dialect: CSVDialect, limits: ReadingLimits,
    delimiterGuess: CSVDialect.Delimiter?, columns: [ResolvedColumn]
  ) {
    (self.path, self.header, self.dialect, self.limits) = (path, header, dialect, limits)
    (self.delimiterGuess, self.columns) = (delimiterGuess, columns)
    nullValues = Self.nullValues(of: dialect)
    numbers = NumberReader(decimal: dialect.decimal.byte)
    times = TimeReader(unit: dialect.timeUnit ?? .seconds)
  }

  /// Parses a block; what is wrong with rows, and what ends the file early, is part of the result.
  package func parse(_ block: CSVBlock) -> ParsedBlock {
    let (grid, fault) = CSVParser(delimiter: dialect.delimiter.byte)
      .parse(block.bytes, in: block.range)
    var builder = ChunkBuilder(parser: self, block: block, grid: grid)
    builder.checkStructure()
    builder.readColumns()
    var failure = builder.failure
    if failure == nil { failure = error(for: fault, in: block) ?? mismatch(block, grid, fault) }
    return builder.finish(failure: failure)
  }

  func isMissing(_ cell: ArraySlice<UInt8>) -> Bool {
    if cell.isEmpty { return true }
    return nullValues.contains { $0.count == cell.count && $0.elementsEqual(cell) }
  }

  private func error(for fault: ParsingFault?, in block: CSVBlock) -> IngestionError? {
    guard let fault, fault.record < block.recordCount else { return nil }
    let scan = block.scan
    let record = block.bytes[scan.starts[fault.record]..<scan.ends[fault.record]]
    let place = FaultPlace(
      path: path, record: record, line: scan.lines[fault.record], header: header)
    return place.error(for: fault, delimiter: dialect.delimiter.byte, limits: limits)
  }

  private func mismatch(
    _ block: CSVBlock, _ grid: CellGrid, _ fault: ParsingFault?
  ) -> IngestionError? {
    guard fault != nil || grid.recordCount != block.recordCount else { return nil }
    return .recordCountMismatch(
      path: path, line: block.scan.lines.first ?? 1, scanned: block.recordCount,
      parsed: grid.recordCount)
  }

  /// The texts for a missing cell, as the parser gives them: without blanks round them.
  private static func nullValues(of dialect: CSVDialect) -> [[UInt8]] {
    let texts = CSVDialect.standardNullValues + dialect.nullValues
    return texts.map { text in
      var bytes = Array(text.utf8)[...]
      let isBlank = { (byte: UInt8?) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
      while isBlank(bytes.first) { bytes.removeFirst() }
      while isBlank(bytes.last) { bytes.removeLast() }
      return Array(bytes)
    }
  }
}

/// What became of a block.
package struct ParsedBlock: Sendable {
  /// The good rows before `failure`.
  package let chunk: RecordChunk
  /// Whether some time had no zone and was taken for UTC.
  package let assumedUTC: Bool
  /// What ends the reading of the file here; file order decides between several.
  package let failure: IngestionError?
}
