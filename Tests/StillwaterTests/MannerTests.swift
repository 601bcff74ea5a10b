import Foundation
import Stillwater
import TestSupport
import Testing

/// Manners of alarms through the real binary: they choose events and never change a score.
@Suite struct MannerTests {
  /// Two spikes 250 rows apart and, if asked for, a change of level that stays.
  private func scored(level: Bool = false) throws -> Workdir {
    let folder = try Workdir()
    try folder.write("base.csv", "time,v\n" + minuteRows(900).joined(separator: "\n") + "\n")
    let trained = try folder.run(
      "train", "base.csv", "--time", "time", "--model", "m", "--quality", "fast")
    #expect(trained.code == 0, "\(trained.errors)")
    let rows = minuteRows(600).enumerated().map { row, text in
      let cells = text.split(separator: ",")
      var value = Double(cells[1]) ?? 0
      if !level, row == 150 || row == 400 { value += 8 }
      if level, row >= 200 { value += 8 }
      return "\(cells[0]),\(value)"
    }
    try folder.write("t.csv", "time,v\n" + rows.joined(separator: "\n") + "\n")
    return folder
  }

  /// Columns of the events, and the scores and flags of all rows.
  private func events(_ folder: Workdir, _ options: String...) throws -> (
    events: [[String]], scores: [Substring], flagged: Int, code: Int32
  ) {
    let score = ["score", "t.csv", "--model", "m", "--output", "o.csv", "--events", "e.csv"]
    let run = try folder.run(score + ["--fail-on", "anomalies"] + options)
    #expect(run.code == 0 || run.code == 3, "\(run.errors)")
    let events = try folder.read("e.csv").split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    }
    let rows = try folder.read("o.csv").split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    return (events, rows.map { $0[3] }, rows.count { $0[6] == "1" }, run.code)
  }

  @Test func neighboursAreOneAndSmallOnesAreDropped() throws {
    let folder = try scored()
    let usual = try events(folder)
    #expect(usual.events.count == 2 && usual.flagged == 2 && usual.code == 3)
    for gap in ["250", "250m", "5h"] {
      let merged = try events(folder, "--merge-gap", gap)
      #expect(merged.events.map { $0[6] } == ["251"] && merged.flagged == 251, "\(gap)")
      #expect(merged.scores == usual.scores)
    }
    #expect(try events(folder, "--merge-gap", "4h").events.count == 2)
    for drop in [["--min-rows", "2"], ["--min-ratio", "100000"]] {
      let none = try events(folder, drop[0], drop[1])
      #expect(none.events.isEmpty && none.flagged == 0 && none.code == 0)
      #expect(none.scores == usual.scores)
    }
    let refused = try folder.run(
      "score", "t.csv", "--model", "m", "--output", "x", "--merge-gap", "5 weeks")
    #expect(refused.code == 64 && refused.errors.contains("rows, or a time such as 90s"))
  }

  @Test func quietTimesAreMarked() throws {
    let folder = try scored()
    let usual = try events(folder)
    // The first spike is at 02:30, the second at 06:40.
    try folder.write("quiet.csv", "start,end\n2024-05-10T02:30:00Z,2024-05-10T05:10:00Z\n")
    let one = try events(folder, "--quiet-times", "quiet.csv")
    #expect(one.events.map { $0[1] } == ["quiet", "closed"] && one.flagged == 1 && one.code == 3)
    #expect(one.scores == usual.scores && one.events.map { $0[0] } == usual.events.map { $0[0] })
    try folder.write("all.csv", "start,end\n2024-05-10,2024-05-11\n")
    let all = try events(folder, "--quiet-times", "all.csv")
    #expect(all.events.map { $0[1] } == ["quiet", "quiet"] && all.flagged == 0 && all.code == 0)
    try folder.write("other.csv", "start,end,group\n2024-05-10,2024-05-11,pump\n")
    #expect(try events(folder, "--quiet-times", "other.csv").flagged == 2)
    for (text, words) in [
      ("from,to\n1,2\n", "need the columns start and end"),
      ("start,end\n2024-05-11,2024-05-10\n", "bad.csv:2:end: the quiet time ends before it starts"),
    ] {
      try folder.write("bad.csv", text)
      let run = try folder.run(
        "score", "t.csv", "--model", "m", "--output", "x", "--quiet-times", "bad.csv")
      #expect(run.code == 65 && run.errors.contains(words), "\(run.errors)")
    }
  }

  @Test func aLastingChangeIsAccepted() throws {
    let folder = try scored(level: true)
    let usual = try events(folder)
    #expect(usual.events.contains { $0[1] == "open" && $0[16] == "level" })
    let accepted = try events(folder, "--accept-shift", "2h")
    #expect(accepted.events.contains { $0[1] == "accepted" && $0[16] == "level" })
    #expect(accepted.scores == usual.scores)
    // The series ends before that.
    #expect(!(try events(folder, "--accept-shift", "2d").events.contains { $0[1] == "accepted" }))
  }

  @Test func spansAreRead() {
    for text in ["20", "90s", "30m", "12h", "7d"] { #expect(Span(text)?.text == text) }
    for text in ["", "s", "-1", "1.5h", "1w", "99999999999"] { #expect(Span(text) == nil) }
  }
}
