/// The bytes of `count` numbers of `size` bytes each, the lowest byte first.
@inline(__always)
func littleEndianBytes(_ count: Int, size: Int, _ pattern: (Int) -> UInt64) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count * size)
  var span = bytes.mutableSpan
  for index in 0..<count {
    let word = pattern(index)
    for place in 0..<size {
      span[index * size + place] = UInt8(truncatingIfNeeded: word >> UInt64(8 * place))
    }
  }
  return bytes
}

/// The number at `index` of bytes that hold numbers of 4 bytes each.
@inline(__always)
func word32(_ bytes: Span<UInt8>, at index: Int) -> UInt32 {
  let start = 4 * index
  let low = UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8
  return low | UInt32(bytes[start + 2]) << 16 | UInt32(bytes[start + 3]) << 24
}

/// The number at `index` of bytes that hold numbers of 8 bytes each.
@inline(__always)
func word64(_ bytes: Span<UInt8>, at index: Int) -> UInt64 {
  UInt64(word32(bytes, at: 2 * index)) | UInt64(word32(bytes, at: 2 * index + 1)) << 32
}

/// The numbers of 4 bytes each that `bytes` hold, each turned into an element.
@inline(__always)
func elements32<Element>(
  _ bytes: [UInt8], filler: Element, _ element: (UInt32) -> Element
) -> [Element] {
  var result = [Element](repeating: filler, count: bytes.count / 4)
  var target = result.mutableSpan
  let source = bytes.span
  for index in target.indices { target[index] = element(word32(source, at: index)) }
  return result
}

/// The numbers of 8 bytes each that `bytes` hold, each turned into an element.
@inline(__always)
func elements64<Element>(
  _ bytes: [UInt8], filler: Element, _ element: (UInt64) -> Element
) -> [Element] {
  var result = [Element](repeating: filler, count: bytes.count / 8)
  var target = result.mutableSpan
  let source = bytes.span
  for index in target.indices { target[index] = element(word64(source, at: index)) }
  return result
}

/// The index of the first number of `size` (4 or 8) bytes that `condition` holds for.
@inline(__always)
func firstIndex(_ bytes: [UInt8], size: Int, where condition: (UInt64) -> Bool) -> Int? {
  let span = bytes.span
  for index in 0..<(bytes.count / size) {
    let word = size == 4 ? UInt64(word32(span, at: index)) : word64(span, at: index)
    if condition(word) { return index }
  }
  return nil
}
