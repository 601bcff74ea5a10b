/// Writes single fields of a CSV record (RFC 4180).
package enum CSVField {
  private static let quote = UInt8(ascii: "\"")

  /// Appends text, quoted only when a reader could misread it otherwise.
  ///
  /// Text with blanks at either end is quoted too, since some readers trim them.
  package static func append(_ text: String, to record: inout [UInt8], delimiter: UInt8 = 0x2C) {
    let start = record.count
    record.append(contentsOf: text.utf8)
    quote(&record, from: start, delimiter: delimiter)
  }

  /// Appends raw bytes, which need not be UTF-8, quoted only when needed.
  package static func append(
    _ bytes: [UInt8], to record: inout [UInt8], delimiter: UInt8 = 0x2C
  ) {
    let start = record.count
    record.append(contentsOf: bytes)
    quote(&record, from: start, delimiter: delimiter)
  }

  /// Quotes the bytes of `record` from `start` on if they need it.
  package static func quote(
    _ record: inout [UInt8], from start: Int, delimiter: UInt8 = 0x2C
  ) {
    guard needsQuotes(record[start...], delimiter) else { return }
    let bytes = Array(record[start...])
    record.removeSubrange(start...)
    record.append(quote)
    for byte in bytes {
      if byte == quote { record.append(quote) }
      record.append(byte)
    }
    record.append(quote)
  }

  /// Appends the shortest digits that parse to the same Float; NaN becomes an empty field.
  package static func append(_ number: Float, to record: inout [UInt8]) {
    if !number.isNaN { record.append(contentsOf: number.description.utf8) }
  }

  /// Appends the shortest digits that parse to the same Double; NaN becomes an empty field.
  package static func append(_ number: Double, to record: inout [UInt8]) {
    if !number.isNaN { record.append(contentsOf: number.description.utf8) }
  }

  /// Appends a whole number.
  package static func append(_ number: Int, to record: inout [UInt8]) {
    record.append(contentsOf: number.description.utf8)
  }

  private static func needsQuotes(_ bytes: ArraySlice<UInt8>, _ delimiter: UInt8) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return false }
    if isBlank(first) || isBlank(last) { return true }
    return bytes.contains { $0 == delimiter || $0 == quote || $0 == 0x0A || $0 == 0x0D }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
