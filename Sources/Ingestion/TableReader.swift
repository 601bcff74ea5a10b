package import Files
import Tabular

/// Reads one CSV file chunk by chunk, in memory independent of the file's size.
///
/// The rows, their order and every error are the same for any block size and any number of workers.
package struct TableReader {
  /// The file, as the user named it; `-` is standard input.
  package let path: String
  /// The names of the columns, trimmed, in the order of the file.
  package let header: [String]
  /// The header record byte for byte, without line end and byte order mark.
  package let headerBytes: [UInt8]
  /// The delimiter the file probably uses instead of the given one; nil when it seems right.
  package let delimiterGuess: CSVDialect.Delimiter?
  package let dialect: CSVDialect
  package let limits: ReadingLimits
  package let policy: BadRowPolicy

  /// The number of good rows so far.
  package private(set) var rowsRead = 0
  /// The number of rows set aside so far.
  package private(set) var rowsRejected = 0
  /// Missing cells per column of the latest plan, so far.
  package private(set) var missingCells: [Int] = []
  private var assumedUTC = false
  private var blocks: BlockReader
  private var buffered: [CSVBlock]
  /// An error the preview met behind `buffered`; thrown once those blocks have been read.
  private var postponed: IngestionError?

  /// Opens a file and reads its header.
  ///
  /// Throws `file`, `notText`, `empty`, `header` or a fault of the header record.
  package init(
    path: String, dialect: CSVDialect = CSVDialect(), limits: ReadingLimits = ReadingLimits(),
    policy: BadRowPolicy = .fail
  ) throws(IngestionError) {
    let file: InputFile
    do { file = try InputFile(path: path) } catch { throw .file(error) }
    try self.init(file: file, dialect: dialect, limits: limits, policy: policy)
  }

  /// Reads the header of an open file nothing has been read from.
  package init(
    file: InputFile, dialect: CSVDialect, limits: ReadingLimits, policy: BadRowPolicy
  ) throws(IngestionError) {
    (path, self.dialect, self.limits, self.policy) = (file.path, dialect, limits, policy)
    blocks = try BlockReader(file: file, delimiter: dialect.delimiter.byte, limits: limits)
    while true {
      guard let block = try blocks.next() else { throw .empty(path: file.path) }
      guard block.recordCount > 0 else { continue }
      let header = try Header(block, path: file.path, dialect: dialect, limits: limits)
      (self.header, headerBytes) = (header.names, header.bytes)
      delimiterGuess = header.delimiterGuess
      blocks.header = header.names
      buffered = [block.droppingFirst()]
      return
    }
  }

  /// The next rows, none if all rows of their block are bad; nil at the end.
  package mutating func next(_ plan: ReadingPlan) throws(IngestionError) -> RecordChunk? {
    let parser = try parser(for: plan)
    while let block = try nextBlock() {
      if block.recordCount > 0 { return try account(for: parser.parse(block)) }
    }
    return nil
  }

  /// The next unparsed block of whole records; nil at the end.
  package mutating func nextBlock() throws(IngestionError) -> CSVBlock? {
    if !buffered.isEmpty { return buffered.removeFirst() }
    if let postponed { throw postponed }
    return try blocks.next()
  }

  /// Adds a parsed block to the counts and applies the bad-row policy; returns its rows.
  ///
  /// Blocks must arrive in file order, also when they were parsed in parallel: throws `badRow`,
  /// `tooManyBadRows` or the block's own failure, whichever the file meets first.
  package mutating func account(for parsed: ParsedBlock) throws(IngestionError) -> RecordChunk {
    let chunk = parsed.chunk
    if policy == .fail, let row = chunk.rejected.first {
      throw .badRow(row, delimiterGuess: delimiterGuess)
    }
    if case .quarantine(let maximum?) = policy, rowsRejected + chunk.rejected.count > maximum {
      let last = chunk.rejected[max(0, maximum - rowsRejected)]
      throw .tooManyBadRows(path: path, maximum: maximum, found: maximum + 1, last: last)
    }
    if let failure = parsed.failure { throw failure }
    rowsRead += chunk.rowCount
    rowsRejected += chunk.rejected.count
    assumedUTC = assumedUTC || parsed.assumedUTC
    if missingCells.count != chunk.missing.count {
      missingCells = [Int](repeating: 0, count: chunk.missing.count)
    }
    for (column, count) in chunk.missing.enumerated() { missingCells[column] += count }
    return chunk
  }

  /// A parser for blocks of this file; throws `missingColumns` with all columns the file lacks.
  package func parser(for plan: ReadingPlan) throws(IngestionError) -> BlockParser {
    var columns: [BlockParser.ResolvedColumn] = []
    var missing: [String] = []
    let indices = Dictionary(
      header.enumerated().map { (Array($0.element.utf8), $0.offset) }, uniquingKeysWith: { $1 })
    for column in plan.columns {
      if let index = indices[Array(column.name.utf8)] {
        columns.append(.init(name: column.name, reading: column.reading, index: index))
      } else {
        missing.append(column.name)
      }
    }
    guard missing.isEmpty else {
      throw .missingColumns(path: path, names: missing, delimiterGuess: delimiterGuess)
    }
    return BlockParser(
      path: path, header: header, dialect: dialect, limits: limits, delimiterGuess: delimiterGuess,
      columns: columns)
  }

  /// Checks the rows that `inferSchema` inspected, for callers that read no further (`inspect`).
  ///
  /// Returns the damaged rows; throws faults that concern more than one row, such as open quotes.
  package func checkPreview(_ plan: ReadingPlan) throws(IngestionError) -> [RejectedRow] {
    let parser = try parser(for: plan)
    var rejected: [RejectedRow] = []
    for block in buffered where block.recordCount > 0 {
      let parsed = parser.parse(block)
      if let failure = parsed.failure { throw failure }
      rejected += parsed.chunk.rejected
    }
    if let postponed { throw postponed }
    return rejected
  }

  /// The first blocks of the file, up to this many rows or bytes; they are not consumed.
  mutating func preview(rows: Int, bytes: Int) -> [CSVBlock] {
    var seen = (rows: 0, bytes: 0)
    for block in buffered {
      seen = (seen.rows + block.recordCount, seen.bytes + block.range.count)
    }
    do throws(IngestionError) {
      while seen.rows < rows && seen.bytes < bytes, let block = try blocks.next() {
        buffered.append(block)
        seen = (seen.rows + block.recordCount, seen.bytes + block.range.count)
      }
    } catch { postponed = error }
    return buffered
  }

  /// Whether every byte of the file has been read.
  var isAtEnd: Bool { blocks.isAtEnd }

  /// The number of blank lines skipped so far.
  package var blankLines: Int { blocks.blankLines }

  /// The SHA-256 of the stored bytes read so far; that of the file once its end has been read.
  package var digest: String { blocks.file.digest }

  /// Whether the last record ended without a line end.
  package var lacksFinalNewline: Bool { blocks.endsUnterminated }

  /// Warnings about the file so far, one sentence each with the file's name in front.
  ///
  /// Columns that are not among `knownColumns`, those of the schema, are reported as ignored.
  package func warnings(knownColumns: [String]) -> [String] {
    var warnings: [String] = []
    let known = Set(knownColumns.map { Array($0.utf8) })
    let extra = header.filter { !known.contains(Array($0.utf8)) }
    if !extra.isEmpty {
      let names = extra.prefix(20).map(quoted).joined(separator: ", ")
      let others = extra.count > 20 ? " and \(extra.count - 20) more" : ""
      warnings.append(location(path) + "unknown columns are ignored: \(names)\(others)")
    }
    if blankLines > 0 { warnings.append(location(path) + "blank lines skipped: \(blankLines)") }
    if lacksFinalNewline {
      warnings.append(location(path) + "the last line has no line end; the file may be cut short")
    }
    if assumedUTC { warnings.append(location(path) + "times without a zone were read as UTC") }
    return warnings
  }
}
