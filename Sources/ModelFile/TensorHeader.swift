import Files

/// The header's description of one tensor.
struct TensorEntry: Equatable {
  let name: String
  let dtype: TensorType
  let shape: [Int]
  /// The range of its bytes in the payload.
  let range: Range<Int>

  init(name: String, dtype: TensorType, shape: [Int], range: Range<Int>) {
    (self.name, self.dtype, self.shape, self.range) = (name, dtype, shape, range)
  }

  init(_ name: String, _ tensor: Tensor, _ range: Range<Int>) {
    self.init(name: name, dtype: tensor.dtype, shape: tensor.shape, range: range)
  }
}

/// The header of a model file: metadata, and an entry for each tensor.
struct TensorHeader: Equatable {
  var metadata: [String: String]
  /// Sorted by name, which is the order of the payload.
  var entries: [TensorEntry] = []

  /// Adds the header's own checksum to its metadata.
  mutating func seal() { metadata[TensorFile.headerKey] = checksum }

  /// The SHA-256 of the rendered header with the checksum's key left out.
  var checksum: String {
    var unsealed = self
    unsealed.metadata[TensorFile.headerKey] = nil
    return sha256(of: unsealed.rendered())
  }

  /// The canonical JSON: keys sorted by UTF-8 bytes, no whitespace.
  func rendered() -> [UInt8] {
    var text: [UInt8] = []
    var parts = [(TensorFile.metadataName, renderedMetadata())]
    parts += entries.map { ($0.name, rendered($0)) }
    parts.sort { precedes($0.0, $1.0) }
    text.append(UInt8(ascii: "{"))
    for (index, part) in parts.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      appendJSONString(part.0, to: &text)
      text.append(UInt8(ascii: ":"))
      text += part.1
    }
    text.append(UInt8(ascii: "}"))
    return text
  }

  /// The header as stored: its length, then the JSON padded with spaces to a multiple of 8.
  func framed() -> [UInt8] {
    var text = rendered()
    while !text.count.isMultiple(of: 8) { text.append(UInt8(ascii: " ")) }
    return littleEndianBytes(1, size: 8) { _ in UInt64(text.count) } + text
  }

  private func renderedMetadata() -> [UInt8] {
    var text: [UInt8] = [UInt8(ascii: "{")]
    for (index, key) in metadata.keys.sorted(by: precedes).enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      appendJSONString(key, to: &text)
      text.append(UInt8(ascii: ":"))
      appendJSONString(metadata[key] ?? "", to: &text)
    }
    text.append(UInt8(ascii: "}"))
    return text
  }

  private func rendered(_ entry: TensorEntry) -> [UInt8] {
    let shape = entry.shape.map { "\($0)" }.joined(separator: ",")
    let offsets = "[\(entry.range.lowerBound),\(entry.range.upperBound)]"
    let type = entry.dtype.rawValue
    return Array("{\"data_offsets\":\(offsets),\"dtype\":\"\(type)\",\"shape\":[\(shape)]}".utf8)
  }
}

/// Appends a JSON string literal with only the escapes that RFC 8259 requires.
func appendJSONString(_ string: String, to text: inout [UInt8]) {
  let digits = Array("0123456789abcdef".utf8)
  text.append(UInt8(ascii: "\""))
  for byte in string.utf8 {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
    case 0..<0x20:
      text += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    default: text.append(byte)
    }
  }
  text.append(UInt8(ascii: "\""))
}
