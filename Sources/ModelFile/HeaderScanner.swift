/// Parses the JSON of a safetensors header: exactly the shapes that it may take.
///
/// Stricter than RFC 8259: one object of objects, whole numbers only, no duplicate keys, no whitespace,
/// and no escapes but those that `TensorHeader` writes, so that no two readers can understand a file
/// differently. A general decoder would accept other spellings only for them to be refused later, and
/// could be made to allocate a multiple of the header; here keys and numbers are limited as they are
/// read, and the grammar nests three deep.
struct HeaderScanner {
  private let text: ArraySlice<UInt8>
  private var position: Int

  /// The most keys an object may have, which bounds the memory a hostile header can claim.
  private static let mostKeys = 100_000

  /// Scans a slice whose indices are offsets in the file; errors report them.
  init(_ text: ArraySlice<UInt8>) {
    self.text = text
    position = text.startIndex
  }

  /// Parses the whole header and sorts its entries by name; throws `malformed` with an offset.
  mutating func header() throws(ModelFileError) -> TensorHeader {
    guard text.first == UInt8(ascii: "{") else { throw refusal("expected '{'") }
    var header = TensorHeader(metadata: [:])
    try object { (scanner, key) throws(ModelFileError) in
      if key == TensorFile.metadataName {
        header.metadata = try scanner.metadata()
      } else {
        header.entries.append(try scanner.entry(key))
      }
    }
    while current == UInt8(ascii: " ") { position += 1 }  // the padding
    guard position == text.endIndex else { throw refusal("text after the header") }
    header.entries.sort { precedes($0.name, $1.name) }
    return header
  }

  private mutating func metadata() throws(ModelFileError) -> [String: String] {
    var metadata: [String: String] = [:]
    try object { (scanner, key) throws(ModelFileError) in metadata[key] = try scanner.string() }
    return metadata
  }

  private mutating func entry(_ name: String) throws(ModelFileError) -> TensorEntry {
    let start = position
    var type: TensorType?
    var shape: [Int]?
    var offsets: [Int] = []
    try object { (scanner, key) throws(ModelFileError) in
      switch key {
      case "dtype": type = try scanner.type()
      case "shape": shape = try scanner.numbers(atMost: 16)
      case "data_offsets": offsets = try scanner.numbers(atMost: 2)
      default: throw scanner.refusal("unknown key '\(key.prefix(40))' of a tensor")
      }
    }
    guard let type, let shape, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw .malformed(reason: "a tensor lacks dtype, shape or data_offsets", offset: start)
    }
    return TensorEntry(name: name, dtype: type, shape: shape, range: offsets[0]..<offsets[1])
  }

  private mutating func type() throws(ModelFileError) -> TensorType {
    let name = try string()
    guard let type = TensorType(rawValue: name) else {
      throw refusal("unknown dtype '\(name.prefix(40))'")
    }
    return type
  }
}

extension HeaderScanner {
  /// Parses `{"key": member, ...}`; `member` parses the value behind each colon.
  private mutating func object(
    member: (inout HeaderScanner, String) throws(ModelFileError) -> Void
  ) throws(ModelFileError) {
    // Strings, not bytes: names that differ only in Unicode composition are equal in Swift.
    var keys: Set<String> = []
    try expect("{")
    if take("}") { return }
    repeat {
      let key = try string()
      guard keys.insert(key).inserted else { throw refusal("duplicate key '\(key.prefix(40))'") }
      guard keys.count <= Self.mostKeys else { throw refusal("more than \(Self.mostKeys) keys") }
      try expect(":")
      try member(&self, key)
    } while take(",")
    try expect("}")
  }

  /// Parses `[1, 2, ...]` with at most `limit` numbers.
  private mutating func numbers(atMost limit: Int) throws(ModelFileError) -> [Int] {
    var numbers: [Int] = []
    try expect("[")
    if take("]") { return numbers }
    repeat {
      guard numbers.count < limit else { throw refusal("more than \(limit) numbers") }
      numbers.append(try number())
    } while take(",")
    try expect("]")
    return numbers
  }

  /// Parses a whole number from 0 to `Int.max`, without leading zeros.
  private mutating func number() throws(ModelFileError) -> Int {
    let start = position
    while let digit = current, (0x30...0x39).contains(digit) { position += 1 }
    let digits = text[start..<position]
    guard !digits.isEmpty, digits.count == 1 || digits.first != 0x30 else {
      throw refusal("expected a whole number")
    }
    guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
      throw refusal("a number too large")
    }
    return number
  }

  private var current: UInt8? { position < text.endIndex ? text[position] : nil }

  /// Consumes `sign`; false when another character follows.
  private mutating func take(_ sign: Unicode.Scalar) -> Bool {
    guard let byte = current, UInt32(byte) == sign.value else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ sign: Unicode.Scalar) throws(ModelFileError) {
    guard take(sign) else { throw refusal("expected '\(sign)'") }
  }

  private func refusal(_ reason: String) -> ModelFileError {
    .malformed(reason: reason, offset: position)
  }
}

extension HeaderScanner {
  /// Parses a string literal, which must be valid UTF-8 without control characters.
  private mutating func string() throws(ModelFileError) -> String {
    guard current == UInt8(ascii: "\"") else { throw refusal("expected '\"'") }
    position += 1
    var bytes: [UInt8] = []
    while let byte = current, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw refusal("a control character in a string") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        bytes.append(try escape())
      } else {
        bytes.append(byte)
      }
    }
    guard current != nil else { throw refusal("a string without end") }
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw refusal("a string that is not UTF-8")
    }
    position += 1
    return string
  }

  /// Parses the rest of an escape, behind the backslash: a quote, a backslash, or a control character
  /// as `u00` and two lower-case hexadecimal digits.
  private mutating func escape() throws(ModelFileError) -> UInt8 {
    let rest = text[position...]
    if let byte = rest.first, [UInt8(ascii: "\""), UInt8(ascii: "\\")].contains(byte) {
      position += 1
      return byte
    }
    let digits = String(decoding: rest.prefix(5), as: UTF8.self)
    guard digits.hasPrefix("u00"), let byte = UInt8(digits.dropFirst(3), radix: 16), byte < 0x20
    else {
      throw refusal("an unknown escape")
    }
    position += 5
    return byte
  }
}
