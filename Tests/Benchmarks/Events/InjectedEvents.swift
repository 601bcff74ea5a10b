import Foundation
import Reporting
import Stillwater
import TestSupport

/// A fault that is put into a clean stretch.
private struct PlantedFault: Sendable {
  enum Kind: String, CaseIterable { case spike, shift, drift, stuck }

  let kind: Kind
  /// In units of the baseline, see `unit`; what a stuck sensor is off by.
  let size: Double

  var rows: Int {
    switch kind {
    case .spike: 1
    case .shift: 30
    case .drift: 100
    case .stuck: 60
    }
  }

  static let all: [PlantedFault] = Kind.allCases.flatMap { kind in
    (kind == .stuck ? [0, 4] : [4, 10, 100]).map { PlantedFault(kind: kind, size: $0) }
  }

  func apply(to values: [Double], deviation: Double) -> [Double] {
    values.enumerated().map { index, value in
      switch kind {
      case .spike, .shift: value + size * deviation
      case .drift: value + size * deviation * Double(index + 1) / Double(values.count)
      case .stuck: values[0] + size * deviation
      }
    }
  }
}

extension EventBench {
  private struct Finding {
    let rows: Int
    let overlap: Double
    /// Sum of how far expected values are off, over that of the fault.
    let off: Double
    let namesChannel: Bool
  }

  /// Faults of known width in clean stretches: how wide the events are, and what was expected.
  func injected() async throws {
    var all: [String: [Finding]] = [:]
    var kinds: [PlantedFault.Kind: [Finding]] = [:]
    for set in try LabelledSet.all(in: folder, kind: .timeseries, only: only) {
      for seed in 0..<seeds {
        try await set.withFiles { train, test, first in
          let detector = try await Detector.train(on: [train], settings(seed: seed)).detector
          guard let clean = try await stretch(of: test, detector, first) else { return }
          let deviations = try TextTable(path: train)
          var generator = SeededGenerator(seed: UInt64(seed) + 1)
          for fault in PlantedFault.all {
            let finding = try await plant(
              fault, in: clean, detector, deviations, using: &generator)
            guard let finding else { continue }
            let several = detector.featureNames.count > 1
            all[
              "\(several ? "several" : "one") | \(fault.kind.rawValue) \(fault.size)", default: []
            ]
            .append(finding)
            if !several { kinds[fault.kind, default: []].append(finding) }
            if isVerbose {
              print("  \(set.name.prefix(20)) \(fault.kind.rawValue) \(fault.size): \(finding)")
            }
          }
        }
      }
    }
    print(
      "\n| channels | fault | faults | rows, median | IoU, mean | seen % | IoU of those "
        + "| expected off, median | channel named % |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for (name, found) in all.sorted(by: { $0.key < $1.key }) { print("| \(name) \(line(found))") }
    for kind in PlantedFault.Kind.allCases {
      guard let found = kinds[kind] else { continue }
      print("| **one** | **\(kind.rawValue)** \(line(found))")
    }
  }

  private func line(_ found: [Finding]) -> String {
    "| \(found.count) | \(median(found.map { Double($0.rows) }) ?? 0) "
      + "| \(hundredths(mean(found.map(\.overlap)) ?? 0)) "
      + "| \(percent(mean(found.map { $0.overlap > 0 ? 1 : 0 }))) "
      + "| \(hundredths(mean(found.map(\.overlap).filter { $0 > 0 }) ?? 0)) "
      + "| \(hundredths(median(found.map(\.off)) ?? 0)) "
      + "| \(percent(mean(found.map { $0.namesChannel ? 1 : 0 }))) |"
  }

  /// The unlabelled stretch behind the baseline whose highest scores are lowest; nil where none is clean.
  private func stretch(of test: String, _ detector: Detector, _ first: Int) async throws
    -> TextTable?
  {
    let scored = try await detector.labelledScores(of: .file(test), ScoringOptions())
    let labels = scored.labels ?? []
    let length = min(1_200, 3 * first)
    var best: (value: Float, start: Int)?
    for start in Swift.stride(
      from: first, through: labels.count - length, by: max(1, length / 8))
    where !labels[start..<start + length].contains(true) {
      let top = scored.scores[start..<start + length].sorted().suffix(length / 10)
      let value = top.reduce(0, +) / Float(max(1, top.count))
      if best.map({ value < $0.value }) ?? true { best = (value, start) }
    }
    guard let best else { return nil }
    let table = try TextTable(path: test)
    return TextTable(
      header: table.header, rows: Array(table.rows[best.start..<best.start + length]))
  }

  private func plant(
    _ fault: PlantedFault, in clean: TextTable, _ detector: Detector, _ baseline: TextTable,
    using generator: inout SeededGenerator
  ) async throws -> Finding? {
    let before = try await flagged(clean, detector)
    guard Double(before.hot.count { $0 }) <= 0.02 * Double(clean.rows.count) else { return nil }
    let columns = detector.featureNames.compactMap { clean.column($0) }
    let moving = columns.filter {
      clean.deviation($0) > 0.05 * baseline.deviation($0) && baseline.deviation($0) > 0
    }
    guard let column = moving.randomElement(using: &generator) else { return nil }
    let start = clean.rows.count / 2 - fault.rows / 2
    let rows = start..<start + fault.rows
    let truth = rows.compactMap { Double(clean.rows[$0][column]) }
    let faulty = fault.apply(to: truth, deviation: baseline.unit(column))
    var table = clean
    for (row, value) in zip(rows, faulty) { table.rows[row][column] = "\(value)" }
    let after = try await flagged(table, detector)
    var flags = [Bool](repeating: false, count: clean.rows.count)
    for run in runs(after.flags)
    where run.lowerBound < rows.upperBound + 3 && run.upperBound > rows.lowerBound - 3 {
      for row in run { flags[row] = true }
    }
    let both = rows.count { flags[$0] }
    let either = flags.count { $0 } + rows.count - both
    var (off, size) = (0.0, 0.0)
    for (index, row) in rows.enumerated() where abs(faulty[index] - truth[index]) > 1e-9 {
      let feature = columns.firstIndex(of: column) ?? 0
      let expected = Double(after.expected[row][feature]) ?? .nan
      off += abs(expected - truth[index])
      size += abs(faulty[index] - truth[index])
    }
    let names = after.events.flatMap { $0.columns.map(\.name) }
    return Finding(
      rows: flags.count { $0 }, overlap: Double(both) / Double(either),
      off: size > 0 ? off / size : 0, namesChannel: names.contains(clean.header[column]))
  }

  private func flagged(_ table: TextTable, _ detector: Detector) async throws -> (
    hot: [Bool], flags: [Bool], expected: [[String]], events: [EventRecord]
  ) {
    try await withScratchFolder { scratch in
      try table.write(to: "\(scratch)/part.csv")
      var options = ScoringOptions()
      options.explains = true
      var rows: [ScoredRow] = []
      let outcome = try await detector.scoreRows(of: .file("\(scratch)/part.csv"), options) {
        rows += $0.rows
      }
      return (
        rows.map { $0.score > detector.threshold }, rows.map(\.isAnomaly), rows.map(\.expected),
        outcome.events
      )
    }
  }
}

extension TextTable {
  /// The deviation of a column, or a tenth of its range where that is more.
  fileprivate func unit(_ column: Int) -> Double {
    let values = rows.compactMap { Double($0[column]) }
    return max(deviation(column), ((values.max() ?? 0) - (values.min() ?? 0)) / 10)
  }
}
