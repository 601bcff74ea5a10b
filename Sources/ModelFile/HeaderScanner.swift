/// Parses the JSON of a safetensors header: exactly the shapes that it may take.
///
/// Stricter than RFC 8259: one object of objects, whole numbers only, no duplicate keys, so that no
/// two readers can understand a file differently. The grammar nests three deep and limits keys and
/// numbers as it reads, so time and memory stay proportional to the header; a general JSON decoder
/// would first build a tree of whatever an attacker nested into 64 MiB.
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
      skipBlanks()
      let key = try string()
      guard keys.insert(key).inserted else { throw refusal("duplicate key '\(key.prefix(40))'") }
      guard keys.count <= Self.mostKeys else { throw refusal("more than \(Self.mostKeys) keys") }
      try expect(":")
      skipBlanks()
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
      skipBlanks()
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

  private mutating func skipBlanks() {
    while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  /// Consumes whitespace and then `sign`; false when another character follows.
  private mutating func take(_ sign: Unicode.Scalar) -> Bool {
    skipBlanks()
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
        bytes.append(contentsOf: String(try escape()).utf8)
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

  /// Parses the rest of an escape sequence, behind the backslash.
  private mutating func escape() throws(ModelFileError) -> Character {
    guard let byte = current else { throw refusal("a string without end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return Character(Unicode.Scalar(byte))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return Character(try escapedScalar())
    default: throw refusal("an unknown escape")
    }
  }

  /// Parses the digits behind `\u`; beyond U+FFFF a surrogate pair of two escapes.
  private mutating func escapedScalar() throws(ModelFileError) -> Unicode.Scalar {
    let high = try fourDigits()
    guard (0xD800..<0xDC00).contains(high) else {
      guard let scalar = Unicode.Scalar(high) else { throw refusal("half of a surrogate pair") }
      return scalar
    }
    guard text[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
      throw refusal("half of a surrogate pair")
    }
    position += 2
    let low = try fourDigits()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { throw refusal("half of a surrogate pair") }
    return scalar
  }

  private mutating func fourDigits() throws(ModelFileError) -> UInt32 {
    let digits = text[position...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let number = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw refusal("expected four hexadecimal digits") }
    position += 4
    return number
  }
}
