import TestSupport

/// Makes new cases out of given ones: seeded, so that a run can be repeated.
struct Mutator {
  private let cases: [[UInt8]]
  private var generator: SeededGenerator
  /// Bytes that matter to one reader or another.
  private static let tellingBytes = Array("0123456789.,;:-+eE\"\n\r\t {}[]*&!|>#ZT\\/_".utf8)

  init(cases: [[UInt8]], seed: UInt64) {
    (self.cases, generator) = (cases, SeededGenerator(seed: seed))
  }

  /// A case with one to eight changes.
  mutating func next(longest: Int) -> [UInt8] {
    var bytes = cases[below(cases.count)]
    for _ in 0...below(8) { change(&bytes) }
    return Array(bytes.prefix(longest))
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return bytes.append(byte()) }
    let place = below(bytes.count)
    switch below(8) {
    case 0: bytes[place] ^= 1 << UInt8(below(8))
    case 1: bytes[place] = byte()
    case 2: bytes.insert(byte(), at: place)
    case 3: bytes.remove(at: place)
    case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(8)))
    case 5:
      bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + below(8))], at: place)
    case 6:
      let other = cases[below(cases.count)]
      guard !other.isEmpty else { return }
      let start = below(other.count)
      bytes.replaceSubrange(place..., with: other[start...])
    default: bytes.replaceSubrange(place..., with: bytes[place...].reversed())
    }
  }

  private mutating func byte() -> UInt8 {
    below(4) == 0 ? UInt8(below(256)) : Self.tellingBytes[below(Self.tellingBytes.count)]
  }

  private mutating func below(_ count: Int) -> Int { generator.index(below: count) }
}
