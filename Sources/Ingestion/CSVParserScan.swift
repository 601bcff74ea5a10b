extension RecordScanner {
  /// Skips plain bytes eight at a time; returns the first multiple of eight steps from `start` at which
  /// not all eight bytes are plain.
  ///
  /// A plain byte, 35...127, neither ends a line nor quotes nor requires a check of its UTF-8. In each
  /// byte of `word - 35 | word` the top bit is set if the byte is below 35 or above 127; a borrow from
  /// the byte below may set it too, but then that byte is not plain itself.
  static func skipPlain(_ bytes: Span<UInt8>, from start: Int) -> Int {
    let raw = unsafe bytes.bytes
    var index = start
    while index + 8 <= raw.byteCount {
      let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
      let low = word &- 0x2323_2323_2323_2323
      guard (low | word) & 0x8080_8080_8080_8080 == 0 else { break }
      index += 8
    }
    return index
  }
}
