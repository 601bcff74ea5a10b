/// A counter-based random generator: the number at an address (seed, stream, position) is fixed.
///
/// Results therefore do not depend on batch size, threads or the order of draws. SplitMix64 (Steele et
/// al. 2014) with a key derived from seed and stream; not for cryptography.
package struct RandomStream: Sendable {
  private let key: UInt64
  private var position: UInt64 = 0

  /// A stream of its own for each pair of `seed` and `stream`.
  package init(seed: UInt64, stream: UInt64 = 0) {
    key = Self.scatter(seed &+ 0x9e37_79b9_7f4a_7c15 &* (Self.scatter(stream) | 1))
  }

  /// 64 random bits.
  package mutating func next() -> UInt64 {
    position &+= 1
    return Self.scatter(key &+ 0x9e37_79b9_7f4a_7c15 &* position)
  }

  /// Skips `count` numbers in constant time.
  package mutating func skip(_ count: Int) { position &+= UInt64(truncatingIfNeeded: count) }

  /// A number in 0..<1 with 53 random bits.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A whole number in 0..<bound by Lemire's multiplication; the bias is at most bound / 2^64.
  package mutating func index(below bound: Int) -> Int {
    precondition(bound > 0, "index below \(bound)")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// `count` distinct indices of 0..<total in ascending order, all subsets being equally likely.
  ///
  /// Selection sampling (Knuth, TAOCP 2, algorithm 3.4.2 S), O(total); all indices if `count >= total`.
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
