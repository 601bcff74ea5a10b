import Foundation
import Stillwater
import TestSupport

extension EventBench {
  /// The example plant: normal rows flagged, and faults of which a row is.
  func plant(_ examples: String) async throws {
    for seed in 0..<seeds {
      let detector = try await Detector.train(
        on: ["\(examples)/sensors/baseline.csv"], settings(seed: seed, time: "time", label: nil)
      ).detector
      try await withScratchFolder { scratch in
        let table = try TextTable(path: "\(examples)/sensors/test.csv")
        let kept = table.header.indices.filter { !["label", "fault"].contains(table.header[$0]) }
        try TextTable(
          header: kept.map { table.header[$0] },
          rows: table.rows.map { row in kept.map { row[$0] } }
        ).write(to: "\(scratch)/test.csv")
        let scored = try await detector.labelledScores(
          of: .file("\(scratch)/test.csv"), ScoringOptions())
        let faults = table.rows.map { $0[table.header.count - 1] }
        let normal = faults.indices.filter { faults[$0].isEmpty }
        var stretches: [(name: String, rows: [Int])] = []
        for (row, name) in faults.enumerated() where !name.isEmpty {
          if let last = stretches.last, last.name == name, row - (last.rows.last ?? 0) < 20 {
            stretches[stretches.count - 1].rows.append(row)
          } else {
            stretches.append((name, [row]))
          }
        }
        let found = stretches.filter { $0.rows.contains { scored.flags[$0] } }
        let before = scored.scores.map { $0 > detector.rowThreshold }
        let foundBefore = stretches.filter { $0.rows.contains { before[$0] } }
        print(
          "plant, seed \(seed): \(normal.count { scored.flags[$0] }) of \(normal.count) normal rows "
            + "flagged, \(found.count) of \(stretches.count) faults found, "
            + "\(scored.outcome.events.count) events; by rows "
            + "\(normal.count { before[$0] }) and \(foundBefore.count)")
        for stretch in stretches where !stretch.rows.contains(where: { scored.flags[$0] }) {
          print("  missed \(stretch.name) at line \(stretch.rows[0] + 2)")
        }
        show(scored.outcome.events)
      }
    }
  }

  /// A clean day of 144 rows, the only one in its file, with twelve bad ones.
  func day() async throws {
    var generator = SeededGenerator(seed: 7)
    let rows = (0..<15 * 144).map { row in
      10 * sin(2 * .pi * Double(row) / 144) + generator.normal()
    }
    try await withScratchFolder { scratch in
      func write(_ values: ArraySlice<Double>, _ name: String) throws {
        try TextTable(
          header: ["index", "value"],
          rows: zip(values.indices, values).map { ["\($0)", "\($1)"] }
        ).write(to: "\(scratch)/\(name).csv")
      }
      try write(rows[..<(14 * 144)], "baseline")
      var day = rows[(14 * 144)...]
      let bad = day.startIndex + 60..<day.startIndex + 72
      for row in bad { day[row] += 8 }
      try write(day, "day")
      for seed in 0..<seeds {
        let detector = try await Detector.train(
          on: ["\(scratch)/baseline.csv"], settings(seed: seed, label: nil)
        ).detector
        let scored = try await detector.labelledScores(
          of: .file("\(scratch)/day.csv"), ScoringOptions())
        let flags = scored.flags
        print(
          "day of \(flags.count) rows, seed \(seed): \((60..<72).count { flags[$0] }) of 12 bad rows "
            + "flagged, \(flags.count { $0 }) rows in all; by rows "
            + "\(scored.scores.count { $0 > detector.rowThreshold })")
        show(scored.outcome.events)
      }
    }
  }
}
