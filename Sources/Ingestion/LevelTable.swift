/// Numbers the distinct texts of a column in the order of their first appearance.
///
/// A hash table with linear probing whose keys are ranges of the shared buffer, so that no cell is
/// copied. Expected time linear in the bytes; the hash is not keyed, so crafted cells can make it
/// quadratic in the levels of a block, which the block size bounds.
struct LevelTable {
  /// The range of each level's first cell in the bytes.
  private(set) var ranges: [Range<Int>] = []
  private var hashes: [UInt64] = []
  private var slots: [Int32]

  init() { slots = [Int32](repeating: -1, count: 64) }

  /// The number of the text in `bytes[range]`; a text not seen before gets the next one.
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

  /// FNV-1a (64 bits), its high half folded into the low bits that select the slot.
  private static func hash(_ range: Range<Int>, _ bytes: Span<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
    return hash ^ (hash >> 32)
  }
}
