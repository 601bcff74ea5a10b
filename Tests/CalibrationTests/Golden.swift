import Calibration
import Foundation
import Testing

/// Reference values written by `Fixtures/calibration/golden.py`.
struct Golden: Decodable {
  struct Beta: Decodable {
    let a, b, p, x: Double
  }

  struct ClopperPearson: Decodable {
    let hits, count, low, high: Double
  }

  struct Pareto: Decodable, CustomTestStringConvertible {
    let excesses: [Double]
    let likelihood, moments: GeneralizedPareto
    let survival, likelihoodQuantiles, momentsQuantiles: [Double]

    var testDescription: String { "\(excesses.count) excesses of shape \(likelihood.shape)" }
  }

  let betaQuantiles, incompleteBeta: [Beta]
  let clopperPearson: [ClopperPearson]
  let pareto: [Pareto]

  static func load() throws -> Golden {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let golden = tests.appending(path: "Fixtures/calibration/golden.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: golden))
  }
}

/// Whether two numbers agree relative to the larger.
func isClose(_ actual: Double, _ expected: Double, relative: Double) -> Bool {
  abs(actual - expected) <= relative * max(abs(actual), abs(expected))
}

/// Repeatable uniform and normal numbers (SplitMix64).
struct Draws {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A number in (0,1).
  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return (Double((bits ^ (bits >> 31)) >> 12) + 0.5) / Double(1 << 52)
  }

  /// Scores with survival exp(-score).
  mutating func exponential(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(-log(uniform())) }
  }
}
