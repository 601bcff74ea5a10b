import Foundation

/// SplitMix64 (Steele, Lea and Flood 2014): one 64-bit state, the same numbers on every machine.
struct SplitMix64 {
  private var state: UInt64

  /// A stream of its own for every name, so that one set can change without moving the others.
  init(seed: UInt64, stream: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
    for byte in stream.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    state = seed &* 0x9e37_79b9_7f4a_7c15 ^ hash
  }

  /// The next 64 bits.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// Uniform in [0, 1).
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in [low, high).
  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * uniform()
  }

  /// Uniform whole number in `range`.
  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(uniform() * Double(range.count))
  }

  /// Normal by Box and Muller; the second number is dropped to keep the state one word.
  mutating func normal(_ mean: Double = 0, _ deviation: Double = 1) -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return mean + deviation * radius * cos(2 * Double.pi * uniform())
  }

  /// True with probability `probability`.
  mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// One of `choices`, drawn by weight.
  mutating func pick<Value>(_ choices: [(Value, Double)]) -> Value {
    var left = uniform() * choices.reduce(0) { $0 + $1.1 }
    for (value, weight) in choices {
      left -= weight
      if left < 0 { return value }
    }
    return choices[choices.count - 1].0
  }

  /// One of `values`, all alike.
  mutating func pick<Value>(_ values: [Value]) -> Value { values[integer(0...values.count - 1)] }

  /// Fisher and Yates.
  mutating func shuffle<Value>(_ values: inout [Value]) {
    for index in stride(from: values.count - 1, to: 0, by: -1) {
      values.swapAt(index, integer(0...index))
    }
  }
}
