import Compute

/// The one source of chance in tests, benchmarks and fuzzing: SplitMix64 (Steele, Lea and Flood
/// 2014), so that a case can be repeated from its seed.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  package var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A whole number in 0..<count, by the remainder.
  package mutating func index(below count: Int) -> Int { Int(next() % UInt64(count)) }

  /// A number in the open interval (0, 1).
  package mutating func uniform() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

  /// A standard normal number (Box and Muller 1958).
  package mutating func normal() -> Double {
    let radius = (-2 * logarithm(1 - Double.random(in: 0..<1, using: &self))).squareRoot()
    return radius * cosine(2 * .pi * Double.random(in: 0..<1, using: &self))
  }
}
