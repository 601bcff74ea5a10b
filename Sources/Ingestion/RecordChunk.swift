package import Tabular

/// Consecutive good rows of a file: typed columns, and the bytes they were read from.
package struct RecordChunk: Sendable {
  /// The planned columns, in the order of the plan.
  package let table: Table
  /// The physical line on which each row starts, from 1.
  package let lines: [Int]
  /// The bad rows of the same part of the file.
  package let rejected: [RejectedRow]
  /// The number of missing cells of each planned column.
  package let missing: [Int]
  let bytes: [UInt8]
  let ranges: [Range<Int>]
  let delimiter: UInt8

  /// The number of rows.
  package var rowCount: Int { lines.count }

  /// A row's record byte for byte as in the file, without its line end.
  package func record(_ row: Int) -> ArraySlice<UInt8> { bytes[ranges[row]] }

  /// A row's cells byte for byte as in the file, with their quotes and blanks.
  package func rawCells(_ row: Int) -> [ArraySlice<UInt8>] {
    splitRecord(bytes[ranges[row]], delimiter: delimiter)
  }
}

/// Splits a well-formed record at the delimiters outside quotes; the cells keep their quotes.
func splitRecord(_ record: ArraySlice<UInt8>, delimiter: UInt8) -> [ArraySlice<UInt8>] {
  var cells: [ArraySlice<UInt8>] = []
  var start = record.startIndex
  var inQuotes = false
  for index in record.indices {
    if record[index] == UInt8(ascii: "\"") {
      inQuotes.toggle()
    } else if record[index] == delimiter && !inQuotes {
      cells.append(record[start..<index])
      start = index + 1
    }
  }
  cells.append(record[start...])
  return cells
}

/// Counts line ends (LF, CR or CRLF, the latter once) to compute physical line numbers.
func lineEnds(in bytes: ArraySlice<UInt8>) -> Int {
  var count = 0
  var previous: UInt8 = 0
  for byte in bytes {
    if byte == UInt8(ascii: "\r") || (byte == UInt8(ascii: "\n") && previous != UInt8(ascii: "\r"))
    {
      count += 1
    }
    previous = byte
  }
  return count
}
