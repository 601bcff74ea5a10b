import Foundation
import Stillwater

extension EventBench {
  /// Raw series as people have them: rows outside of the labelled windows that are flagged, windows of
  /// which a row is, and false events for each day.
  func nab() async throws {
    let path = "\(folder)/nab"
    guard FileManager.default.fileExists(atPath: path) else { return }
    let windows = try TextTable(path: "\(path)/windows.csv").rows
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted().filter { name in
      name.hasSuffix(".csv") && name != "windows.csv"
        && (only.isEmpty || only.contains { name.hasPrefix($0) })
    }
    print(
      "\n| file | seed | outside % | by rows % | hit | by rows | windows | false events | days |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    var all: [RawTally] = []
    for name in names {
      for seed in 0..<seeds {
        let own = windows.filter { $0[0] == name }.map { ($0[1], $0[2]) }
        let tally = try await raw("\(path)/\(name)", own, seed: seed)
        print("| \(name) | \(seed) | \(tally.line) |")
        all.append(tally)
      }
    }
    let days = all.reduce(0) { $0 + $1.days }
    print(
      "| **mean** | | \(percent(mean(all.map(\.outside)))) | \(percent(mean(all.map(\.outsideByRows)))) "
        + "| \(all.reduce(0) { $0 + $1.hit }) | \(all.reduce(0) { $0 + $1.hitByRows }) "
        + "| \(all.reduce(0) { $0 + $1.windows }) "
        + "| \(hundredths(Double(all.reduce(0) { $0 + $1.falseEvents }) / days)) a day, by rows "
        + "\(hundredths(Double(all.reduce(0) { $0 + $1.falseByRows }) / days)) "
        + "| \(hundredths(days)) |")
  }

  private struct RawTally {
    let outside, outsideByRows: Double
    let hit, hitByRows, windows, falseEvents, falseByRows: Int
    let days: Double

    var line: String {
      "\(percent(outside)) | \(percent(outsideByRows)) | \(hit) | \(hitByRows) | \(windows) "
        + "| \(falseEvents), by rows \(falseByRows) | \(hundredths(days))"
    }
  }

  /// The baseline is the first 15 %, at most 750 rows, before the first window.
  private func raw(_ path: String, _ windows: [(start: String, end: String)], seed: Int)
    async throws -> RawTally
  {
    var table = try TextTable(path: path)
    var last = ""
    // Times are text of one length: they sort as they stand.
    table.rows = table.rows.filter { row in
      defer { last = max(last, row[0]) }
      return row[0] > last
    }
    let first = windows.map(\.start).min()
    var count = min(750, table.rows.count * 15 / 100)
    if let first { count = min(count, table.rows.prefix { $0[0] < first }.count) }
    let (rows, baseline) = (table, Array(table.rows.prefix(count)))
    return try await withScratchFolder { scratch in
      try TextTable(header: rows.header, rows: baseline).write(to: "\(scratch)/baseline.csv")
      try rows.write(to: "\(scratch)/all.csv")
      let detector = try await Detector.train(
        on: ["\(scratch)/baseline.csv"], settings(seed: seed, time: "timestamp", label: nil)
      ).detector
      let scored = try await detector.labelledScores(
        of: .file("\(scratch)/all.csv"), ScoringOptions())
      show(scored.outcome.events)
      let labels = rows.rows.map { row in
        windows.contains { $0.start <= row[0] && row[0] <= $0.end }
      }
      let outside = (count..<labels.count).filter { !labels[$0] }
      func figures(_ flags: [Bool]) -> (share: Double, hit: Int, wrong: Int) {
        let tally = AlarmTally(flags: flags, labels: labels, from: count, gap: 20)
        let hit = windows.count { window in
          rows.rows.indices.contains {
            $0 >= count && flags[$0] && window.start <= rows.rows[$0][0]
              && rows.rows[$0][0] <= window.end
          }
        }
        return (
          Double(outside.count { flags[$0] }) / Double(max(1, outside.count)), hit, tally.falseCount
        )
      }
      let events = figures(scored.flags)
      let byRows = figures(scored.scores.map { $0 > detector.rowThreshold })
      let steps = zip(rows.rows, rows.rows.dropFirst()).compactMap { pair -> Double? in
        seconds(pair.1[0]).flatMap { end in seconds(pair.0[0]).map { end - $0 } }
      }.sorted()
      let step = steps.isEmpty ? 300 : steps[steps.count / 2]
      return RawTally(
        outside: events.share, outsideByRows: byRows.share, hit: events.hit, hitByRows: byRows.hit,
        windows: windows.count, falseEvents: events.wrong, falseByRows: byRows.wrong,
        days: Double(labels.count - count) * step / 86_400)
    }
  }

  /// Seconds of a time as `2014-04-10 16:15:00`.
  private func seconds(_ text: String) -> Double? {
    let formatter = ISO8601DateFormatter()
    return formatter.date(from: text.replacingOccurrences(of: " ", with: "T") + "Z")?
      .timeIntervalSince1970
  }
}
