import Tabular

/// Parses blocks of whole records into typed columns.
///
/// Immutable and `Sendable`: blocks can be parsed in parallel, and `TableReader.account(for:)` puts
/// the results back in order.
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

  /// A planned column and its index in this file's header.
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

  /// Parses a block; damaged rows and the fault that ends the file, if any, are part of the result.
  ///
  /// Two independent scans must agree on the records: `RecordScanner`, which cut the block, and libcsv
  /// in strict mode. A disagreement is reported as `recordCountMismatch`, never passed over.
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

  /// Whether a cell is empty or one of the null values, blanks around it already removed.
  func isMissing(_ cell: ArraySlice<UInt8>) -> Bool {
    if cell.isEmpty { return true }
    return nullValues.contains { $0.count == cell.count && $0.elementsEqual(cell) }
  }

  private func error(for fault: ParsingFault?, in block: CSVBlock) -> IngestionError? {
    guard let fault, fault.record < block.recordCount else { return nil }
    let scan = block.scan
    let record = block.bytes[scan.starts[fault.record]..<scan.ends[fault.record]]
    let location = FaultLocation(
      path: path, record: record, line: scan.lines[fault.record], header: header)
    return location.error(for: fault, delimiter: dialect.delimiter.byte, limits: limits)
  }

  /// The error for a block in which scanner and parser found different numbers of records.
  private func mismatch(
    _ block: CSVBlock, _ grid: CellGrid, _ fault: ParsingFault?
  ) -> IngestionError? {
    guard fault != nil || grid.recordCount != block.recordCount else { return nil }
    return .recordCountMismatch(
      path: path, line: block.scan.lines.first ?? 1, scanned: block.recordCount,
      parsed: grid.recordCount)
  }

  /// The texts that mean a missing cell, without surrounding blanks, which the parser strips too.
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

/// The result of parsing one block.
package struct ParsedBlock: Sendable {
  /// The good rows before `failure`.
  package let chunk: RecordChunk
  /// Whether a time without a zone was read as UTC.
  package let assumedUTC: Bool
  /// What ends the reading of the file at this block; of several blocks the first in the file counts.
  package let failure: IngestionError?
}
