/// All texts that come of a compact JSON text by one change of one value or key.
struct JSONChanges {
  /// One change; the text is made when it is asked for, for all of them would fill the memory.
  struct Change {
    fileprivate let old: [UInt8]
    fileprivate let range: Range<Int>
    fileprivate let other: () -> String

    /// The changed text.
    var text: String {
      String(
        decoding: old[..<range.lowerBound] + other().utf8 + old[range.upperBound...], as: UTF8.self)
    }

    /// What was done.
    var what: String {
      let before = String(decoding: old[range].prefix(40), as: UTF8.self)
      return "\(before) at \(range.lowerBound) is \(other().prefix(40))"
    }
  }

  private let bytes: [UInt8]
  private(set) var changes: [Change] = []
  /// Where the containers that are open begin.
  private var open: [Int] = []

  private static let numbers = [
    "-1", "0", "0.5", "2", "1e308", "-1e308", "1e-320", "9223372036854775807",
    "9223372036854775808", "1e999", "null", "\"x\"", "[]", "{}",
  ]
  private static let texts = ["null", "0", "\"\"", "\"\\u0000\"", "\"zz\"", "[]", "\"\\ud800\""]
  private static let truths = ["true", "false", "0", "null", "\"yes\""]

  init(of text: String) {
    bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count { index = step(index) }
  }

  /// Looks at what begins here and returns where the next begins.
  private mutating func step(_ index: Int) -> Int {
    switch bytes[index] {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      open.append(index)
      return index + 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      if let start = open.popLast() { change(container: start..<index + 1) }
      return index + 1
    case UInt8(ascii: ","), UInt8(ascii: ":"): return index + 1
    case UInt8(ascii: "\""):
      let end = endOfText(index)
      let isKey = end < bytes.count && bytes[end] == UInt8(ascii: ":")
      replace(index..<end, by: isKey ? ["\"zz\""] : Self.texts)
      return end
    default:
      let end = bytes[index...].firstIndex { ",]}".utf8.contains($0) } ?? bytes.count
      let isTruth = "tf".utf8.contains(bytes[index])
      replace(index..<end, by: isTruth ? Self.truths : Self.numbers)
      return end
    }
  }

  private func endOfText(_ start: Int) -> Int {
    var index = start + 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return index + 1
  }

  /// Emptied, replaced, nested deeper, its contents doubled, and a thousand times over.
  private mutating func change(container range: Range<Int>) {
    replace(range, by: ["null", "0", "\"\"", "[]", "{}"])
    let whole = String(decoding: bytes[range], as: UTF8.self)
    let inner = whole.dropFirst().dropLast()
    append(range) { "[\(whole)]" }
    for count in inner.isEmpty ? [] : [2, 1_000] {
      append(range) {
        whole.prefix(1) + repeatElement(inner, count: count).joined(separator: ",")
          + whole.suffix(1)
      }
    }
    append(range) { String(repeating: "[", count: 2_000) + String(repeating: "]", count: 2_000) }
  }

  private mutating func replace(_ range: Range<Int>, by others: [String]) {
    for other in others where !bytes[range].elementsEqual(other.utf8) {
      append(range) { other }
    }
  }

  private mutating func append(_ range: Range<Int>, _ other: @escaping () -> String) {
    changes.append(Change(old: bytes, range: range, other: other))
  }
}
