import Foundation
import TestSupport
import Testing

/// Series through the real binary.
@Suite(.slow) struct SeriesCommandTests {
  private func series(_ rows: Int, spike: Int? = nil, machine: String? = nil) -> [String] {
    (0..<rows).map { row in
      let minute = row % 60
      let time = "2024-05-\(10 + row / 1_440)T\(two(row / 60 % 24)):\(two(minute)):00Z"
      let jitter = Double((row * 7_919) % 101) / 1_000
      let value = Foundation.sin(Double(row) / 6) + jitter + (row == spike ? 3 : 0)
      return [machine, time, "\(value)"].compactMap { $0 }.joined(separator: ",")
    }
  }

  private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private func text(_ header: String, _ rows: [String]) -> String {
    ([header] + rows).joined(separator: "\n") + "\n"
  }

  @Test func aSpikeIsAnEvent() throws {
    let folder = try Workdir()
    try folder.write("base.csv", text("time,v", series(600)))
    try folder.write("test.csv", text("time,v", series(400, spike: 250)))
    let trained = try folder.run(
      "train", "base.csv", "--time", "time", "--model", "m", "--quality", "fast")
    #expect(trained.code == 0, "\(trained.errors)")
    let scored = try folder.run(
      "score", "test.csv", "--model", "m", "--output", "out.csv", "--events", "events.csv")
    #expect(scored.code == 0, "\(scored.errors)")
    #expect(try folder.read("out.csv").split(separator: "\n").count == 401)
    let events = try folder.read("events.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(
      events[0].joined(separator: ",")
        == "id,state,start,end,start_line,end_line,rows,peak_time,peak_line,peak_score,ratio,"
        + "severity,columns,direction,found,expected,kind,file")
    #expect(events.count == 2 && events[1][1] == "closed")
    #expect(events[1][4...6] == ["252", "252", "1"])
    #expect(events[1][12] == "v" && events[1][13] == "up" && events[1][17] == "test.csv")
    let rows = try folder.read("out.csv").split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(rows.filter { $0[6] == "1" }.map { $0[2] } == ["252"])
    #expect(rows.filter { !$0[8].isEmpty }.map { $0[8] } == [events[1][0][...]])
    let peak = try folder.read("out.csv").split(separator: "\n").dropFirst().max { a, b in
      (Double(a.split(separator: ",")[3]) ?? 0) < (Double(b.split(separator: ",")[3]) ?? 0)
    }
    let line = peak.flatMap { Int($0.split(separator: ",")[2]) } ?? 0
    #expect(abs(line - 252) <= 8, "line \(line)")
    let spoiled = try folder.run(
      "train", "test.csv", "--time", "time", "--model", "n", "--quality", "fast")
    let named = spoiled.errors.split(separator: "test.csv:").dropFirst().first ?? ""
    let suspect = Int(named.prefix { $0.isNumber }) ?? 0
    #expect(abs(suspect - 252) <= 8, "\(spoiled.errors)")
  }

  @Test func causalScoresStandWhenRowsAreAdded() throws {
    let folder = try Workdir()
    try folder.write("base.csv", text("time,v", series(600)))
    let all = series(400, spike: 250)
    try folder.write("all.csv", text("time,v", all))
    try folder.write("early.csv", text("time,v", Array(all.prefix(300))))
    let trained = try folder.run(
      "train", "base.csv", "--time", "time", "--model", "m", "--quality", "fast", "--causal")
    #expect(trained.code == 0, "\(trained.errors)")
    func lines(_ name: String) throws -> [Substring] {
      let scored = try folder.run("score", name, "--model", "m", "--output", "out.csv", "--explain")
      #expect(scored.code == 0, "\(scored.errors)")
      return try folder.read("out.csv").split(separator: "\n")
    }
    let (whole, early) = (try lines("all.csv"), try lines("early.csv"))
    #expect(early.count == 301 && early.elementsEqual(whole.prefix(301)))
    #expect(!whole.contains { $0.lowercased().contains("nan") })
    let refused = try folder.run("train", "base.csv", "--model", "n", "--causal")
    #expect(refused.code == 64 && refused.errors.contains("--time"))
  }

  @Test func groupsDoNotMix() throws {
    let folder = try Workdir()
    let rows = zip(series(400, machine: "x"), series(400, machine: "y")).flatMap { [$0, $1] }
    try folder.write("both.csv", text("machine,time,v", rows))
    let refused = try folder.run("train", "both.csv", "--time", "time", "--model", "m")
    #expect(
      refused.code == 65 && refused.errors.contains("both.csv:3:time: the time does not rise"))
    let trained = try folder.run(
      "train", "both.csv", "--time", "time", "--group", "machine", "--model", "m", "--quality",
      "fast")
    #expect(trained.code == 0, "\(trained.errors)")
    try folder.write("x.csv", text("machine,time,v", series(300, machine: "x")))
    let mixed = zip(series(300, machine: "x"), series(300, spike: 100, machine: "y"))
    try folder.write("mixed.csv", text("machine,time,v", mixed.flatMap { [$0, $1] }))
    func scores(_ name: String, of machine: String) throws -> [Substring] {
      _ = try folder.run("score", name, "--model", "m", "--output", "out.csv")
      return try folder.read("out.csv").split(separator: "\n").filter {
        $0.hasPrefix(machine + ",")
      }
      .map { $0.split(separator: ",")[4] }
    }
    #expect(try scores("x.csv", of: "x") == scores("mixed.csv", of: "x"))
  }

  @Test func shortFilesAndGapsAreScored() throws {
    let folder = try Workdir()
    try folder.write("base.csv", text("time,v", series(600)))
    _ = try folder.run("train", "base.csv", "--time", "time", "--model", "m", "--quality", "fast")
    let all = series(300)
    try folder.write("gaps.csv", text("time,v", Array(all[0..<1] + all[50..<53] + all[100..<300])))
    let outcome = try folder.run("score", "gaps.csv", "--model", "m", "--output", "out.csv")
    #expect(outcome.code == 0 && outcome.errors.contains("time jumps 2 times"))
    #expect(outcome.errors.contains("2 of 3 stretches of time are shorter than a window of"))
    #expect(try folder.read("out.csv").split(separator: "\n").count == 205)
    #expect(!(try folder.read("out.csv").lowercased().contains("nan")))
  }

  /// The window of VUS-PR comes from the series itself, not from what was found out about it.
  @Test func ratioAndEventAreNoFeatures() throws {
    let folder = try Workdir()
    let rows = series(300).enumerated().map { row, text in
      (text, row % 7 == 0 ? "9" : "1.\(row)", (150..<156).contains(row) ? "3,1" : "1,0")
    }
    try folder.write("plain.csv", text("time,v,score,label", rows.map { "\($0.0),\($0.2)" }))
    let ours = rows.map { "\($0.1),\($0.1),\($0.0),\($0.2)" }
    try folder.write("ours.csv", text("ratio,event,time,v,score,label", ours))
    let texts = try ["plain.csv", "ours.csv"].map {
      try folder.run("evaluate", $0, "--time", "time").output
    }
    #expect(texts[0].contains("VUS-PR") && texts[0] == texts[1])
  }
}
