/// The record boundaries in some bytes, derived from quotes and line ends alone.
package struct RecordScan: Sendable, Equatable {
  /// The offset of each record's first byte.
  package var starts: [Int] = []
  /// The offset behind each record's last byte, its line end excluded.
  package var ends: [Int] = []
  /// The physical line on which each record starts, from 1.
  package var lines: [Int] = []
  /// The number of blank lines, which are not records.
  package var blankLines = 0
  /// The offset behind the last complete record or blank line, where the next scan starts.
  package var consumed = 0
  /// The physical line at `consumed`.
  package var nextLine = 1
  /// Whether the bytes end inside a quoted cell.
  package var endsInQuotes = false
  /// Whether the last record ended with the file instead of a line end.
  package var endsUnterminated = false
  /// Whether any byte is NUL or outside ASCII, so that cells must be checked for valid UTF-8.
  package var needsTextCheck = false
}

/// Finds records as strict RFC 4180 does: a line end preceded by an even number of quotes ends one.
///
/// In strict mode no other cut is possible: a quote that breaks this parity is an error, which the
/// parser reports. LF, CRLF and CR end a line, in any mixture. A line of only spaces and tabs is
/// blank, unless the tab is the delimiter. Linear in the bytes.
package struct RecordScanner {
  package let delimiter: UInt8

  package init(delimiter: UInt8) { self.delimiter = delimiter }

  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static let quote = UInt8(ascii: "\"")

  /// Scans `bytes` from `start`, which must begin a record on physical line `line`.
  ///
  /// A carriage return as the last byte ends a record only if `isLast`: a line feed may still follow.
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
      if byte &- 35 < 93 {  // plain, see `skipPlain`
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

  /// Records the record or blank line from `scan.consumed` to `end`.
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
