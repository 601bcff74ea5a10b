extension RecordScanner {
  /// The first position from `start` on, in steps of eight bytes, at which not all eight are plain.
  ///
  /// Plain is what lies in 35...127: it neither ends a line nor quotes nor needs a look at its text.
  /// In each byte of `word - 35 | word` the top bit is set if the byte is below 35 or above 127; a
  /// borrow from the byte before may set it too, but then that byte is not plain itself.
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
