/// Random numbers with addresses: the same (seed, stream, position) always gives the same number,
/// whatever was drawn before, so results do not depend on batch size, thread or order.
package struct RandomStream: Sendable {
  private let key: UInt64
  private var position: UInt64 = 0

  /// A stream of its own for each pair of `seed` and `stream`.
  package init(seed: UInt64, stream: UInt64 = 0) {
    key = Self.scatter(seed &+ 0x9e37_79b9_7f4a_7c15 &* (Self.scatter(stream) | 1))
  }

  /// 64 random bits (SplitMix64, Steele et al., 2014).
  package mutating func next() -> UInt64 {
    position &+= 1
    return Self.scatter(key &+ 0x9e37_79b9_7f4a_7c15 &* position)
  }

  /// Passes over `count` numbers.
  package mutating func skip(_ count: Int) { position &+= UInt64(truncatingIfNeeded: count) }

  /// A number in 0..<1 with 53 random bits.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A whole number in 0..<bound (Lemire's multiplication; bias below 2^-40 for any bound here).
  package mutating func index(below bound: Int) -> Int {
    precondition(bound > 0, "index below \(bound)")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// `count` different indices out of 0..<total, in ascending order (Floyd's and Vitter's selection
  /// sampling); all of them when `count` reaches `total`.
  package mutating func sample(_ count: Int, of total: Int) -> [Int] {
    guard count < total else { return Array(0..<total) }
    var chosen: [Int] = []
    chosen.reserveCapacity(count)
    for index in 0..<total where chosen.count < count {
      let (wanted, left) = (count - chosen.count, total - index)
      if uniform() * Double(left) < Double(wanted) { chosen.append(index) }
    }
    return chosen
  }


  private static func scatter(_ bits: UInt64) -> UInt64 {
    var z = bits
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
