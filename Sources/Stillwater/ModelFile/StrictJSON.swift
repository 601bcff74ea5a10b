/// A value of the JSON that a safetensors header may hold.
enum JSONValue: Equatable {
  case text(String)
  case number(Int)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  static func == (a: JSONValue, b: JSONValue) -> Bool {
    switch (a, b) {
    case (.text(let a), .text(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)):
      a.elementsEqual(b) { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }
}

/// Reads the JSON of a header strictly: objects, arrays, strings and whole numbers that are not
/// negative; no key twice, no deep nesting, nothing after the end.
struct StrictJSON {
  private let bytes: ArraySlice<UInt8>
  private var place: Int
  private static let deepest = 4

  static func parse(_ bytes: ArraySlice<UInt8>) throws(ModelFileError) -> JSONValue {
    var parser = StrictJSON(bytes: bytes, place: bytes.startIndex)
    let value = try parser.value(depth: 0)
    parser.skipBlanks()
    guard parser.place == bytes.endIndex else { throw parser.fault("text after its end") }
    return value
  }

  private func fault(_ reason: String) -> ModelFileError {
    .header(offset: place - bytes.startIndex, reason: reason)
  }

  private mutating func skipBlanks() {
    while place < bytes.endIndex, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[place]) { place += 1 }
  }

  private mutating func peek() -> UInt8? {
    skipBlanks()
    return place < bytes.endIndex ? bytes[place] : nil
  }

  private mutating func expect(_ sign: Unicode.Scalar) throws(ModelFileError) {
    guard peek() == UInt8(ascii: sign) else { throw fault("expected \"\(sign)\"") }
    place += 1
  }

  private mutating func value(depth: Int) throws(ModelFileError) -> JSONValue {
    guard depth <= Self.deepest else { throw fault("nested deeper than \(Self.deepest)") }
    switch peek() {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .text(try text())
    case .some(let byte) where (0x30...0x39).contains(byte): return .number(try number())
    default: throw fault("expected an object, an array, a string or a whole number")
    }
  }

  private mutating func object(depth: Int) throws(ModelFileError) -> JSONValue {
    var (members, keys) = ([(key: String, value: JSONValue)](), Set<[UInt8]>())
    try expect("{")
    if peek() == UInt8(ascii: "}") {
      place += 1
      return .object([])
    }
    while true {
      skipBlanks()
      let key = try text()
      guard keys.insert(Array(key.utf8)).inserted else {
        throw fault("the key \"\(key.prefix(40))\" stands twice")
      }
      try expect(":")
      members.append((key, try value(depth: depth + 1)))
      guard peek() == UInt8(ascii: ",") else { break }
      place += 1
    }
    try expect("}")
    return .object(members)
  }

  private mutating func array(depth: Int) throws(ModelFileError) -> JSONValue {
    var elements: [JSONValue] = []
    try expect("[")
    if peek() == UInt8(ascii: "]") {
      place += 1
      return .array([])
    }
    while true {
      elements.append(try value(depth: depth + 1))
      guard peek() == UInt8(ascii: ",") else { break }
      place += 1
    }
    try expect("]")
    return .array(elements)
  }

  private mutating func number() throws(ModelFileError) -> Int {
    let start = place
    var value = 0
    while place < bytes.endIndex, (0x30...0x39).contains(bytes[place]) {
      let (product, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, over2) = product.addingReportingOverflow(Int(bytes[place] - 0x30))
      guard !over, !over2 else { throw fault("a number beyond 64 bits") }
      (value, place) = (sum, place + 1)
    }
    guard place - start == 1 || bytes[start] != 0x30 else {
      throw fault("a number with a leading 0")
    }
    return value
  }

  private mutating func text() throws(ModelFileError) -> String {
    try expect("\"")
    var result: [UInt8] = []
    while place < bytes.endIndex, bytes[place] != UInt8(ascii: "\"") {
      if bytes[place] == UInt8(ascii: "\\") {
        try escape(into: &result)
      } else {
        guard bytes[place] >= 0x20 else { throw fault("a control byte in a string") }
        result.append(bytes[place])
        place += 1
      }
    }
    try expect("\"")
    guard let text = String(validating: result, as: UTF8.self) else {
      throw fault("a string that is not UTF-8")
    }
    return text
  }

  private mutating func escape(into result: inout [UInt8]) throws(ModelFileError) {
    place += 1
    guard place < bytes.endIndex else { throw fault("a string without an end") }
    let sign = bytes[place]
    place += 1
    let plain: [UInt8: UInt8] = [
      0x22: 0x22, 0x5c: 0x5c, 0x2f: 0x2f, 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d,
      0x74: 0x09,
    ]
    if let byte = plain[sign] { return result.append(byte) }
    guard sign == UInt8(ascii: "u") else { throw fault("an unknown escape in a string") }
    var code = try hexadecimal()
    if (0xd800...0xdbff).contains(code) {
      try expect("\\")
      try expect("u")
      let low = try hexadecimal()
      guard (0xdc00...0xdfff).contains(low) else { throw fault("half of a surrogate pair") }
      code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw fault("half of a surrogate pair") }
    result.append(contentsOf: Array(String(Character(scalar)).utf8))
  }

  private mutating func hexadecimal() throws(ModelFileError) -> UInt32 {
    guard place + 4 <= bytes.endIndex,
      let digits = String(validating: bytes[place..<place + 4], as: UTF8.self),
      digits.allSatisfy(\.isHexDigit), let code = UInt32(digits, radix: 16)
    else { throw fault("an escape without four hexadecimal digits") }
    place += 4
    return code
  }
}

/// A text as a JSON string: quotes, backslashes and control bytes escaped, the rest as it is.
func jsonString(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case _ where scalar.value < 0x20 || scalar.value == 0x7f:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
