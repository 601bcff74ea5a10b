/// Bytes written as visible text.
///
/// `\n`, `\r`, `\t`, `\0`, `\s` (a blank) and `\\` as usual; `\xFF` a byte; `\u{2028}` a scalar in
/// UTF-8; `\(5*text)` the text five times; `\rows(5)` five rows of the schema, `\rows(5@40)` those
/// from number 40 on. All else stands for itself.
struct EscapedBytes {
  private var rest: Substring
  private let schema: HostileSchema

  init(_ text: some StringProtocol, _ schema: HostileSchema) {
    (rest, self.schema) = (Substring(text), schema)
  }

  /// The bytes meant, or nil when an escape is none of those above.
  mutating func bytes() -> [UInt8]? {
    var bytes: [UInt8] = []
    while let sign = rest.popFirst() {
      guard sign == "\\" else {
        bytes += Array(sign.utf8)
        continue
      }
      guard let part = escape() else { return nil }
      bytes += part
    }
    return bytes
  }

  private mutating func escape() -> [UInt8]? {
    switch rest.popFirst() {
    case "n": [0x0A]
    case "r": rest.hasPrefix("ows(") ? rows() : [0x0D]
    case "t": [0x09]
    case "0": [0x00]
    case "s": [0x20]
    case "\\": [0x5C]
    case "x": byte()
    case "u": scalar()
    case "(": repeated()
    default: nil
    }
  }

  private mutating func byte() -> [UInt8]? {
    let digits = rest.prefix(2)
    rest = rest.dropFirst(2)
    return UInt8(digits, radix: 16).map { [$0] }
  }

  private mutating func scalar() -> [UInt8]? {
    guard let text = upTo("}"), let code = UInt32(text.dropFirst(), radix: 16) else { return nil }
    return Unicode.Scalar(code).map { Array(String($0).utf8) }
  }

  private mutating func rows() -> [UInt8]? {
    rest = rest.dropFirst("ows(".count)
    guard let parts = upTo(")")?.split(separator: "@"), let count = Int(parts[0]) else {
      return nil
    }
    let first = parts.count > 1 ? Int(parts[1]) ?? 0 : 1_000
    return Array(schema.rows(count, from: first).utf8)
  }

  private mutating func repeated() -> [UInt8]? {
    guard let count = upTo("*").flatMap({ Int($0) }), let text = upTo(")") else { return nil }
    var inner = EscapedBytes(text, schema)
    return inner.bytes().map { part in (0..<count).flatMap { _ in part } }
  }

  /// What stands before the next `end`, which is taken too.
  private mutating func upTo(_ end: Character) -> Substring? {
    guard let place = rest.firstIndex(of: end) else { return nil }
    defer { rest = rest[rest.index(after: place)...] }
    return rest[..<place]
  }
}
