/// All texts that come of a compact JSON text by one change of one value or key.
struct JSONChanges {
  /// A changed text and what was done.
  struct Change {
    let text, what: String
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
    let inner = text(range.lowerBound + 1..<range.upperBound - 1)
    let (first, last) = (text(range.lowerBound..<range.lowerBound + 1), text(range.suffix(1)))
    var others = ["null", "0", "\"\"", "[]", "{}", "[\(text(range))]"]
    if !inner.isEmpty {
      others.append(first + inner + "," + inner + last)
      others.append(first + Array(repeating: inner, count: 1_000).joined(separator: ",") + last)
    }
    others.append(String(repeating: "[", count: 2_000) + String(repeating: "]", count: 2_000))
    replace(range, by: others)
  }

  private mutating func replace(_ range: Range<Int>, by others: [String]) {
    let (old, head, tail) = (
      text(range), text(0..<range.lowerBound), text(range.upperBound..<bytes.count)
    )
    for other in others where other != old {
      changes.append(
        Change(
          text: head + other + tail,
          what: "\(old.prefix(40)) at \(range.lowerBound) is \(other.prefix(40))"))
    }
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
