import Foundation
import TestSupport

/// Tables of any length whose structure takes many rows to learn.
///
/// Every row belongs to one of 60 clusters and has four hidden numbers. Twelve numeric columns are smooth
/// functions of the hidden numbers (a random layer of tanh, bent anew in each cluster) with noise of a
/// twentieth of their spread; of three categories each cluster knows two levels. Anomalies are
/// quarters of: one column taken from another row; a category the cluster does not know; all columns
/// off by half their spread; half the columns taken from another row.
struct SyntheticFamily {
  private static let (columns, hidden, clusters, levels) = (12, 4, 60, 6)
  private var generator: SeededGenerator
  private var mixing: [[Double]]
  private var centers: [[Double]]
  private var known: [[Int]]

  init(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func normals(_ count: Int) -> [Double] { (0..<count).map { _ in generator.normal() } }
    mixing = (0..<Self.columns).map { _ in normals(2 * Self.hidden) }
    centers = (0..<Self.clusters).map { _ in normals(Self.hidden).map { 1.5 * $0 } }
    known = (0..<Self.clusters).map { _ in
      (0..<6).map { _ in Int.random(in: 0..<Self.levels, using: &generator) }
    }
    self.generator = generator
  }

  private struct Row {
    var cluster: Int
    var numbers: [Double]
    var levels: [Int]
  }

  private mutating func row() -> Row {
    let cluster = Int.random(in: 0..<Self.clusters, using: &generator)
    let z = centers[cluster].map { $0 + 0.5 * generator.normal() }
    let numbers = mixing.map { weights in
      let bent = z.indices.map { weights[$0] * tanh(z[$0] + 0.5 * weights[Self.hidden + $0]) }
      return bent.reduce(0, +) + 0.05 * generator.normal()
    }
    let levels = (0..<3).map { known[cluster][2 * $0 + Int.random(in: 0..<2, using: &generator)] }
    return Row(cluster: cluster, numbers: numbers, levels: levels)
  }

  private mutating func anomaly(_ kind: Int) -> Row {
    var (row, other) = (row(), row())
    let column = Int.random(in: 0..<Self.columns, using: &generator)
    switch kind {
    case 0: row.numbers[column] = other.numbers[column]
    case 1:
      let strange = (0..<Self.levels).filter { !known[row.cluster][0..<2].contains($0) }
      row.levels[0] = strange[column % strange.count]
    case 2: for index in row.numbers.indices { row.numbers[index] += 0.5 * generator.normal() }
    default:
      row.numbers[..<(Self.columns / 2)] = other.numbers[..<(Self.columns / 2)]
    }
    return row
  }

  /// Writes normal rows, or with `anomalies` a test file in which that share is labelled 1; what is
  /// written does not depend on what was written before.
  func write(_ count: Int, to path: String, anomalies: Double = 0) throws {
    var rows = self
    rows.generator.state ^= anomalies > 0 ? 0xA5A5_A5A5 : 0
    try rows.writeRows(count, to: path, anomalies: anomalies)
  }

  private mutating func writeRows(_ count: Int, to path: String, anomalies: Double) throws {
    try Data().write(to: URL(fileURLWithPath: path))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    let names = (0..<Self.columns).map { "n\($0)" } + ["c0", "c1", "c2"]
    var text = names.joined(separator: ",") + (anomalies > 0 ? ",label\n" : "\n")
    for index in 0..<count {
      let isAnomaly = Double.random(in: 0..<1, using: &generator) < anomalies
      let row = isAnomaly ? anomaly(index % 4) : row()
      text += row.numbers.map { "\(($0 * 10_000).rounded() / 10_000)" }.joined(separator: ",")
      text += row.levels.map { ",k\($0)" }.joined()
      text += anomalies > 0 ? (isAnomaly ? ",1\n" : ",0\n") : "\n"
      guard text.utf8.count > 1 << 20 || index == count - 1 else { continue }
      try file.write(contentsOf: Data(text.utf8))
      text = ""
    }
    try file.close()
  }
}
