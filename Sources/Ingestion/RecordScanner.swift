/// Where the records of some bytes lie, found by their quotes and line ends alone.
package struct RecordScan: Sendable, Equatable {
  /// The first byte of each record.
  package var starts: [Int] = []
  /// The end of each record, its terminator left out.
  package var ends: [Int] = []
  /// The physical line on which each record starts.
  package var lines: [Int] = []
  /// The number of blank lines, which are no records.
  package var blankLines = 0
  /// Behind the last record or blank line that is complete; what follows belongs to the next scan.
  package var consumed = 0
  /// The physical line at `consumed`.
  package var nextLine = 1
  /// Whether the bytes end inside quotes.
  package var endsInQuotes = false
  /// Whether the last record ended with the file and not with a line end.
  package var endsUnterminated = false
  /// Whether any byte lies outside ASCII or is NUL, so that cells must be looked at.
  package var needsTextCheck = false
}

/// Finds records as strict RFC 4180 does: a line end ends one if an even number of quotes is before.
///
/// In strict mode no other cut is possible: a quote that does not follow this parity is an error that
/// the parser finds. LF, CRLF and CR end a line, in any mixture. Lines of nothing but blanks and tabs
/// are blank, unless the tab is the delimiter.
package struct RecordScanner {
  package let delimiter: UInt8

  package init(delimiter: UInt8) { self.delimiter = delimiter }

  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static let quote = UInt8(ascii: "\"")

  /// Scans `bytes` from `start`, which must be the start of a record on physical line `line`.
  ///
  /// A carriage return as the last byte ends a record only if `isLast`, for a line feed may follow.
  package func scan(
    _ bytes: Span<UInt8>, from start: Int, line: Int, isLast: Bool
  ) -> RecordScan {
    var scan = RecordScan(consumed: start, nextLine: line)
    var physicalLine = line
    var inQuotes = false
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte &- 35 < 93 {  // the printable rest of ASCII means nothing here
        index = Self.skipPlain(bytes, from: index)
        continue
      }
      if byte == Self.quote {
        inQuotes.toggle()
      } else if byte == Self.lineFeed || byte == Self.carriageReturn {
        let end = index - 1
        if byte == Self.carriageReturn {
          guard index < bytes.count || isLast else { break }
          if index < bytes.count && bytes[index] == Self.lineFeed { index += 1 }
        }
        physicalLine += 1
        if !inQuotes { finish(&scan, bytes, end: end, next: index, nextLine: physicalLine) }
      } else if byte >= 128 || byte == 0 {
        scan.needsTextCheck = true
      }
    }
    scan.endsInQuotes = inQuotes
    if isLast && scan.consumed < bytes.count {
      let count = scan.starts.count
      finish(&scan, bytes, end: bytes.count, next: bytes.count, nextLine: physicalLine)
      scan.endsUnterminated = scan.starts.count > count
    }
    return scan
  }

  /// Notes the record or blank line from `scan.consumed` to `end`.
  private func finish(
    _ scan: inout RecordScan, _ bytes: Span<UInt8>, end: Int, next: Int, nextLine: Int
  ) {
    if isBlank(bytes, scan.consumed, end) {
      scan.blankLines += 1
    } else {
      scan.starts.append(scan.consumed)
      scan.ends.append(end)
      scan.lines.append(scan.nextLine)
    }
    (scan.consumed, scan.nextLine) = (next, nextLine)
  }

  private func isBlank(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    var index = start
    while index < end {
      let byte = bytes[index]
      guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t"), byte != delimiter else {
        return false
      }
      index += 1
    }
    return true
  }
}
