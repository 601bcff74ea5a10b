import Calibration
import Foundation
import TestSupport
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

extension SeededGenerator {
  /// Scores with survival exp(-score).
  mutating func exponential(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(-log(uniform())) }
  }
}
