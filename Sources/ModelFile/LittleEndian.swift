/// Stores `count` numbers of `size` bytes each, least significant byte first.
///
/// * `pattern`: the bits of the number at an index, in the low `size` bytes.
@inline(__always)
func littleEndianBytes(_ count: Int, size: Int, _ pattern: (Int) -> UInt64) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count * size)
  var span = bytes.mutableSpan
  for index in 0..<count {
    let word = pattern(index)
    for byte in 0..<size {
      span[index * size + byte] = UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))
    }
  }
  return bytes
}

/// Loads the 4-byte number at `index`.
@inline(__always)
func word32(_ bytes: Span<UInt8>, at index: Int) -> UInt32 {
  let start = 4 * index
  let low = UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8
  return low | UInt32(bytes[start + 2]) << 16 | UInt32(bytes[start + 3]) << 24
}

/// Loads the 8-byte number at `index`.
@inline(__always)
func word64(_ bytes: Span<UInt8>, at index: Int) -> UInt64 {
  UInt64(word32(bytes, at: 2 * index)) | UInt64(word32(bytes, at: 2 * index + 1)) << 32
}

/// Loads all 4-byte numbers as floats.
func floats(_ bytes: [UInt8]) -> [Float] {
  let source = bytes.span
  return (0..<bytes.count / 4).map { Float(bitPattern: word32(source, at: $0)) }
}

/// Loads all 8-byte numbers as doubles.
func doubles(_ bytes: [UInt8]) -> [Double] {
  let source = bytes.span
  return (0..<bytes.count / 8).map { Double(bitPattern: word64(source, at: $0)) }
}

/// The index of the first number of `size` (4 or 8) bytes whose bits satisfy `condition`.
@inline(__always)
func firstIndex(_ bytes: [UInt8], size: Int, where condition: (UInt64) -> Bool) -> Int? {
  let span = bytes.span
  for index in 0..<(bytes.count / size) {
    let word = size == 4 ? UInt64(word32(span, at: index)) : word64(span, at: index)
    if condition(word) { return index }
  }
  return nil
}
