import Files

/// Some bytes of a file that hold whole records.
package struct CSVBlock: Sendable {
  let bytes: [UInt8]
  /// What of `bytes` is parsed: from the first record to behind the last.
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

/// Cuts a file into blocks at the ends of records.
struct BlockReader {
  let file: InputFile
  let limits: ReadingLimits
  let scanner: RecordScanner
  /// The names of the columns, once they are known, for messages.
  var header: [String] = []
  private(set) var blankLines = 0
  private(set) var endsUnterminated = false
  private var pending: [UInt8] = []
  private var line = 1
  private var atEnd = false

  /// Whether every record has been handed out.
  var isAtEnd: Bool { atEnd && pending.isEmpty }

  /// Opens a file and looks at its first bytes: a byte order mark is dropped, other formats refused.
  init(file: InputFile, delimiter: UInt8, limits: ReadingLimits) throws(IngestionError) {
    (self.file, self.limits) = (file, limits)
    scanner = RecordScanner(delimiter: delimiter)
    try fill(to: 512)
    if let found = foreignFormat(pending) { throw .notText(path: file.path, found: found) }
    if pending.starts(with: [0xEF, 0xBB, 0xBF]) { pending.removeFirst(3) }
  }

  /// The next records, about `limits.blockBytes` of them and at least one; nil at the end.
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

  /// Takes the scanned records off the pending bytes, up to one that is too long.
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
      // Blank lines behind the cut are counted when their turn comes: this scan fails first.
    }
    let rest = Array(pending[scan.consumed...])
    let range = (scan.starts.first ?? scan.consumed)..<scan.consumed
    let block = CSVBlock(bytes: pending, range: range, scan: scan)
    (pending, line) = (rest, scan.nextLine)
    blankLines += scan.blankLines
    endsUnterminated = scan.endsUnterminated
    return block
  }

  /// Refuses a record that has no end in sight: a quote that stays open, or too many bytes.
  private func checkUnfinished(_ scan: RecordScan) throws(IngestionError) {
    if scan.endsInQuotes && pending.count > limits.cellBytes {
      let parser = CSVParser(delimiter: scanner.delimiter)
      if let fault = parser.parse(pending, in: 0..<pending.count, isCut: true).fault {
        let place = FaultPlace(path: file.path, record: pending[...], line: line, header: header)
        throw place.error(for: fault, delimiter: scanner.delimiter, limits: limits)
      }
    }
    if pending.count > limits.recordBytes { throw tooLong(line: line) }
  }

  private func tooLong(line: Int) -> IngestionError {
    .recordTooLong(path: file.path, line: line, limit: limits.recordBytes)
  }
}

/// Turns a parser's fault into an error with line and column.
struct FaultPlace {
  let path: String
  /// The damaged record, up to where its end is known.
  let record: ArraySlice<UInt8>
  /// The physical line on which the record starts.
  let line: Int
  /// The names of the columns, as far as they are known.
  let header: [String]

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
