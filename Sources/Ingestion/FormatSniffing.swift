/// Names the format of a file that is certainly not UTF-8 text, with advice; nil when it may be.
///
/// * `head`: the first bytes of the file, some hundred of them; recognised by magic number first.
func foreignFormat(_ head: [UInt8]) -> String? {
  let marks: [(bytes: [UInt8], name: String)] = [
    ([0xFF, 0xFE], "UTF-16 (little endian) or UTF-32; convert it to UTF-8"),
    ([0xFE, 0xFF], "UTF-16 (big endian); convert it to UTF-8"),
    ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive or spreadsheet; export it as CSV"),
    ([0xD0, 0xCF, 0x11, 0xE0], "an old spreadsheet; export it as CSV"),
    (Array("PAR1".utf8), "a Parquet file; export it as CSV"),
    (Array("ARROW1".utf8), "an Arrow file; export it as CSV"),
    (Array("%PDF".utf8), "a PDF file"), (Array("SQLite format 3".utf8), "a SQLite database"),
    ([0x7F, 0x45, 0x4C, 0x46], "a program"), (Array("BZh91AY&SY".utf8), "bzip2 data; unpack it"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz data; unpack it"),
  ]
  if let mark = marks.first(where: { head.starts(with: $0.bytes) }) { return mark.name }
  return utf16WithoutMark(head) ?? binary(head)
}

/// Recognises UTF-16 without a byte order mark: mostly ASCII text has a NUL in every other byte.
private func utf16WithoutMark(_ head: [UInt8]) -> String? {
  let pairs = head.count / 2
  guard pairs >= 2 else { return nil }
  let evenNULs = stride(from: 0, to: pairs * 2, by: 2).count { head[$0] == 0 }
  let oddNULs = stride(from: 1, to: pairs * 2, by: 2).count { head[$0] == 0 }
  if oddNULs * 10 >= pairs * 9 && evenNULs * 10 < pairs {
    return "UTF-16 (little endian); convert it to UTF-8"
  }
  if evenNULs * 10 >= pairs * 9 && oddNULs * 10 < pairs {
    return "UTF-16 (big endian); convert it to UTF-8"
  }
  return nil
}

/// Recognises binary data: a NUL in the first line, or over 10 % control bytes among at least 64.
private func binary(_ head: [UInt8]) -> String? {
  let controls = head.count { $0 < 0x20 && !(0x09...0x0D).contains($0) }
  let firstLine = head.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
  let isFullOfControls = head.count >= 64 && controls * 10 > head.count
  guard isFullOfControls || firstLine.contains(0) else { return nil }
  return "binary data"
}
