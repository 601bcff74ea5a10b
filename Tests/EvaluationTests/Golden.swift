import Foundation
import TestSupport
import Testing

/// Reference values written by `Fixtures/evaluation/golden.py`.
struct Golden: Decodable {
  struct Case: Decodable, CustomTestStringConvertible {
    let name: String
    let scores: [Float]
    let labels: [Int]
    let window: Int
    let vusRoc, vusPr, auroc, auprc, bestF1, f1AtTrueRate, pointAdjustedF1: Double

    var truth: [Bool] { labels.map { $0 == 1 } }
    var testDescription: String { name }
  }

  struct Period: Decodable, CustomTestStringConvertible {
    let name: String
    let series: [Float]
    let period: Int

    var testDescription: String { name }
  }

  let cases: [Case]
  let periods: [Period]

  static func load() throws -> Golden {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/evaluation/golden.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: fixtures))
  }
}

/// Whether two metrics agree up to the rounding of sums in another order.
func isClose(_ actual: Double?, _ expected: Double, tolerance: Double = 1e-10) -> Bool {
  actual.map { abs($0 - expected) <= tolerance } ?? false
}

/// Repeatable scores and labels; few `levels` make ties.
func sampleRows(_ count: Int, seed: UInt64, levels: Int = 1000) -> ([Float], [Bool]) {
  var generator = SeededGenerator(seed: seed)
  let scores = (0..<count).map { _ in Float(generator.index(below: levels)) / 8 - 3 }
  return (scores, scores.map { _ in generator.index(below: 10) < 3 })
}
