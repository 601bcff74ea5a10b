import Files

/// A contiguous part of a file that holds whole records.
package struct CSVBlock: Sendable {
  let bytes: [UInt8]
  /// The part of `bytes` to parse: from the first record to the end of the last.
  let range: Range<Int>
  let scan: RecordScan

  /// The number of records.
  package var recordCount: Int { scan.starts.count }

  /// The block without its first record, which is the header.
  func droppingFirst() -> CSVBlock {
    var rest = scan
    rest.starts.removeFirst()
    rest.ends.removeFirst()
    rest.lines.removeFirst()
    return CSVBlock(
      bytes: bytes, range: (rest.starts.first ?? range.upperBound)..<range.upperBound, scan: rest)
  }
}

/// Cuts a file into blocks at record boundaries, so that no record spans two blocks.
///
/// Holds at most twice the longest admitted record, or two blocks, in memory.
struct BlockReader {
  let file: InputFile
  let limits: ReadingLimits
  let scanner: RecordScanner
  /// The column names for messages; empty until the header has been read.
  var header: [String] = []
  private(set) var blankLines = 0
  private(set) var endsUnterminated = false
  private var pending: [UInt8] = []
  private var line = 1
  private var atEnd = false

  /// Whether every record has been handed out.
  var isAtEnd: Bool { atEnd && pending.isEmpty }

  /// Reads the first 512 bytes to drop a UTF-8 byte order mark and refuse foreign formats.
  ///
  /// Throws `notText` naming the format, or `file`.
  init(file: InputFile, delimiter: UInt8, limits: ReadingLimits) throws(IngestionError) {
    (self.file, self.limits) = (file, limits)
    scanner = RecordScanner(delimiter: delimiter)
    try fill(to: 512)
    if let found = foreignFormat(pending) { throw .notText(path: file.path, found: found) }
    if pending.starts(with: [0xEF, 0xBB, 0xBF]) { pending.removeFirst(3) }
  }

  /// The next whole records, about `limits.blockBytes` bytes and at least one record; nil at the end.
  ///
  /// A record longer than that doubles the bytes read until it ends or exceeds its limit.
  mutating func next() throws(IngestionError) -> CSVBlock? {
    var wanted = limits.blockBytes
    while true {
      try fill(to: wanted)
      guard !pending.isEmpty else { return nil }
      let scan = scanner.scan(pending.span, from: 0, line: line, isLast: atEnd)
      if scan.consumed > 0 { return try cut(scan) }
      try checkUnfinished(scan)
      wanted = pending.count * 2
    }
  }

  private mutating func fill(to count: Int) throws(IngestionError) {
    while pending.count < count && !atEnd {
      do {
        atEnd = try file.read(upTo: count - pending.count, into: &pending) == 0
      } catch {
        throw .file(error)
      }
    }
  }

  /// Removes the scanned records from the pending bytes, up to the first one that is too long.
  private mutating func cut(_ scan: RecordScan) throws(IngestionError) -> CSVBlock {
    var scan = scan
    let long = scan.starts.indices.first { scan.ends[$0] - scan.starts[$0] > limits.recordBytes }
    if let long {
      guard long > 0 else { throw tooLong(line: scan.lines[0]) }
      (scan.consumed, scan.nextLine) = (scan.starts[long], scan.lines[long])
      scan.endsUnterminated = false
      scan.starts.removeSubrange(long...)
      scan.ends.removeSubrange(long...)
      scan.lines.removeSubrange(long...)
      // Blank lines behind the cut need no correction: the next call throws before they count.
    }
    let rest = Array(pending[scan.consumed...])
    let range = (scan.starts.first ?? scan.consumed)..<scan.consumed
    let block = CSVBlock(bytes: pending, range: range, scan: scan)
    (pending, line) = (rest, scan.nextLine)
    blankLines += scan.blankLines
    endsUnterminated = scan.endsUnterminated
    return block
  }

  /// Throws for a record whose end is not in sight: a quote left open, or more bytes than allowed.
  private func checkUnfinished(_ scan: RecordScan) throws(IngestionError) {
    if scan.endsInQuotes && pending.count > limits.cellBytes {
      let parser = CSVParser(delimiter: scanner.delimiter)
      if let fault = parser.parse(pending, in: 0..<pending.count, isCut: true).fault {
        let location = FaultLocation(
          path: file.path, record: pending[...], line: line, header: header)
        throw location.error(for: fault, delimiter: scanner.delimiter, limits: limits)
      }
    }
    if pending.count > limits.recordBytes { throw tooLong(line: line) }
  }

  private func tooLong(line: Int) -> IngestionError {
    .recordTooLong(path: file.path, line: line, limit: limits.recordBytes)
  }
}

/// Translates a parser fault, which has byte offsets, into an error with physical line and column.
struct FaultLocation {
  let path: String
  /// The damaged record, as far as it has been read.
  let record: ArraySlice<UInt8>
  /// The physical line on which the record starts, from 1.
  let line: Int
  /// The column names; empty while the header itself is being read.
  let header: [String]

  /// The error for `fault`; its column is a name, or a number from 1 where no name is known.
  func error(
    for fault: ParsingFault, delimiter: UInt8, limits: ReadingLimits
  ) -> IngestionError {
    let isNamed = header.indices.contains(fault.column)
    let column = isNamed ? header[fault.column] : "\(fault.column + 1)"
    let cells = splitRecord(record, delimiter: delimiter)
    let cellStart =
      cells.indices.contains(fault.column) ? cells[fault.column].startIndex : record.startIndex
    let cellLine = line + lineEnds(in: record[..<cellStart])
    switch fault.kind {
    case .strayQuote:
      let position = min(max(fault.position, record.startIndex), record.endIndex)
      let faultLine = line + lineEnds(in: record[..<position])
      return .strayQuote(path: path, line: faultLine, column: column)
    case .openQuote: return .openQuote(path: path, line: cellLine, column: column)
    case .cellTooLong, .outOfMemory:
      return .cellTooLong(path: path, line: cellLine, column: column, limit: limits.cellBytes)
    }
  }
}
