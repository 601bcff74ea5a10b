/// Numbers the distinct texts among cells, in the order of their first appearance.
///
/// An open-addressing table over the bytes where they lie, so that no cell is copied. Expected
/// time is linear in the bytes.
struct LevelTable {
  /// Where in the bytes the first cell of each level lies.
  private(set) var ranges: [Range<Int>] = []
  private var hashes: [UInt64] = []
  private var slots: [Int32]

  init() { slots = [Int32](repeating: -1, count: 64) }

  /// The number of the text in `bytes[range]`, which is entered when it is new.
  mutating func code(of range: Range<Int>, in bytes: Span<UInt8>) -> Int32 {
    let hash = Self.hash(range, bytes)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let level = Int(slots[slot])
      if hashes[level] == hash && equal(ranges[level], range, bytes) { return Int32(level) }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Int32(ranges.count)
    ranges.append(range)
    hashes.append(hash)
    if ranges.count * 2 > slots.count { grow() }
    return Int32(ranges.count - 1)
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (level, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(level)
    }
  }

  private func equal(_ first: Range<Int>, _ second: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    guard first.count == second.count else { return false }
    for index in 0..<first.count
    where bytes[first.lowerBound + index] != bytes[second.lowerBound + index] { return false }
    return true
  }

  /// FNV-1a, its high bits mixed into the low ones that choose the slot.
  private static func hash(_ range: Range<Int>, _ bytes: Span<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
    return hash ^ (hash >> 32)
  }
}
