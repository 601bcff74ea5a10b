import Files
import Foundation

/// The parts of a model file, which can be changed and sealed again with right lengths and checksums.
///
/// It is taken apart and put together without the code under test.
struct ForgedModel {
  /// What the header says of a tensor, as it is written there.
  struct Entry {
    var name, type, shape, offsets: String
    var range: Range<Int>
  }

  var metadata: [String: String] = [:]
  var entries: [Entry] = []
  var payload: [UInt8] = []
  private static let sums = ["header_sha256", "payload_sha256"]

  /// Takes a sound file apart.
  init(_ file: [UInt8]) throws {
    let end = 8 + Self.headerLength(file)
    let object = try JSONSerialization.jsonObject(with: Data(file[8..<end]))
    let header = object as? [String: [String: Any]] ?? [:]
    payload = Array(file[end...])
    for (name, value) in header.sorted(by: { $0.key < $1.key }) {
      if name == "__metadata__" {
        metadata = (value as? [String: String] ?? [:]).filter { !Self.sums.contains($0.key) }
      } else {
        let (offsets, shape) = (value["data_offsets"] as? [Int], value["shape"] as? [Int])
        let range = offsets.map { $0[0]..<$0[1] } ?? 0..<0
        entries.append(
          Entry(
            name: name, type: value["dtype"] as? String ?? "", shape: Self.list(shape ?? []),
            offsets: Self.list([range.lowerBound, range.upperBound]), range: range))
      }
    }
  }

  /// The length that the first eight bytes tell.
  static func headerLength(_ file: [UInt8]) -> Int {
    file[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  static func list(_ numbers: [Int]) -> String {
    "[" + numbers.map { "\($0)" }.joined(separator: ",") + "]"
  }

  /// The file, its checksums put right.
  func sealed() -> [UInt8] {
    var metadata = metadata
    metadata["payload_sha256"] = sha256(of: payload)
    metadata["header_sha256"] = sha256(of: header(metadata))
    var text = header(metadata)
    while text.count % 8 != 0 { text.append(0x20) }
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + payload
  }

  private func header(_ metadata: [String: String]) -> [UInt8] {
    var header = Array("{\"__metadata__\":{".utf8)
    for (key, text) in metadata.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      if header.last != UInt8(ascii: "{") { header.append(UInt8(ascii: ",")) }
      Self.quote(key, into: &header)
      header.append(UInt8(ascii: ":"))
      Self.quote(text, into: &header)
    }
    header.append(UInt8(ascii: "}"))
    for entry in entries {
      header.append(UInt8(ascii: ","))
      Self.quote(entry.name, into: &header)
      header +=
        ":{\"data_offsets\":\(entry.offsets),\"dtype\":\"\(entry.type)\",\"shape\":\(entry.shape)}"
        .utf8
    }
    header.append(UInt8(ascii: "}"))
    return header
  }

  private static func quote(_ text: String, into header: inout [UInt8]) {
    header.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): header += [UInt8(ascii: "\\"), byte]
      case ..<0x20: header += ("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)).utf8
      default: header.append(byte)
      }
    }
    header.append(UInt8(ascii: "\""))
  }
}

extension ForgedModel {
  /// Puts other bytes in the place of a tensor's and moves all behind it.
  mutating func replace(_ index: Int, with bytes: [UInt8]) {
    let old = entries[index].range
    payload.replaceSubrange(old, with: bytes)
    let change = bytes.count - old.count
    for place in entries.indices where place >= index {
      let start = entries[place].range.lowerBound + (place == index ? 0 : change)
      entries[place].range = start..<entries[place].range.upperBound + change
      entries[place].offsets = Self.list([start, entries[place].range.upperBound])
    }
  }

  /// Takes a tensor out.
  mutating func remove(_ index: Int) {
    replace(index, with: [])
    entries.remove(at: index)
  }
}
