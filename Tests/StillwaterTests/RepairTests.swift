import Foundation
import TestSupport
import Testing

/// `stillwater repair` through the real binary.
@Suite struct RepairTests {
  /// A file as others write it: semicolons, decimal commas, CRLF, a text that nobody learned, quotes.
  private func file(_ values: [Double]) -> String {
    let records = zip(minuteRows(values.count), values).enumerated().map { row, cells in
      let time = cells.0.split(separator: ",")[0]
      let value = "\(cells.1)".replacing(".", with: ",")
      return "\(row % 3 == 0 ? "\"a \"\"b\"\"\"" : " c ");\(time);\(value)\r\n"
    }
    return "note;time;v\r\n" + records.joined()
  }

  private func values(_ rows: Int) -> [Double] {
    minuteRows(rows).map { Double($0.split(separator: ",")[1]) ?? 0 }
  }

  private func trained() throws -> Workdir {
    let folder = try Workdir()
    try folder.write("base.csv", file(values(900)))
    let outcome = try folder.run(
      "train", "base.csv", "--time", "time", "--ignore", "note", "--delimiter", "semicolon",
      "--decimal", "comma", "--model", "m", "--quality", "fast")
    #expect(outcome.code == 0, "\(outcome.errors)")
    return folder
  }

  @Test func aShiftIsTakenBackAndNothingElseIsTouched() throws {
    let folder = try trained()
    let clean = values(400)
    let faulty = clean.enumerated().map {
      (200..<230).contains($0.offset) ? $0.element + 5 : $0.element
    }
    try folder.write("t.csv", file(faulty))
    let run = try folder.run("repair", "t.csv", "--model", "m", "--output", "o.csv", "--json")
    #expect(run.code == 0, "\(run.errors)")
    let (before, after) = (
      try folder.read("t.csv").components(separatedBy: "\r\n"),
      try folder.read("o.csv").components(separatedBy: "\r\n")
    )
    try #require(before.count == 402 && after.count == 402)
    let changed = before.indices.filter { before[$0] != after[$0] }
    #expect(changed == Array(201...230))
    for row in changed {
      let (old, new) = (
        before[row].components(separatedBy: ";"), after[row].components(separatedBy: ";")
      )
      #expect(old[..<2] == new[..<2])
      let value = try #require(Double(new[2].replacing(",", with: ".")))
      #expect(abs(value - clean[row - 1]) <= 0.25, "line \(row + 1): \(value), \(clean[row - 1])")
    }
    let changes = try folder.read("o.csv.changes.csv").split(separator: "\n")
    #expect(changes.count == 31 && changes[0] == "file,line,column,found,put,event")
    let found = before[201].components(separatedBy: ";")[2]
    let put = after[201].components(separatedBy: ";")[2]
    #expect(changes[1].hasPrefix("t.csv,202,v,\"\(found)\",\"\(put)\","))
    #expect(run.output.contains("\"cells_changed\" : 30") && folder.exists("o.csv.summary.json"))

    // What was repaired raises no alarm.
    _ = try folder.run("score", "o.csv", "--model", "m", "--output", "s.csv", "--events", "e.csv")
    #expect(try folder.read("e.csv").split(separator: "\n").count == 1)
  }

  @Test func filesFollowEachOtherUnderOneHeader() throws {
    let folder = try trained()
    try folder.write("a.csv", file(values(300)))
    try folder.write(
      "b.csv", file(values(200).enumerated().map { $0.offset == 99 ? 9 : $0.element }))
    let run = try folder.run("repair", "a.csv", "b.csv", "--model", "m", "--output", "o.csv")
    #expect(run.code == 0, "\(run.errors)")
    let lines = try folder.read("o.csv").components(separatedBy: "\r\n")
    let both =
      try folder.read("a.csv").components(separatedBy: "\r\n").dropLast()
      + folder.read("b.csv").components(separatedBy: "\r\n").dropFirst()
    #expect(lines.count == both.count)
    #expect(
      zip(lines, both).enumerated().filter { $0.element.0 != $0.element.1 }.map(\.offset) == [400])
    #expect(try folder.read("o.csv.changes.csv").contains("\nb.csv,101,v,"))
  }

  /// A spike behind a change of level that lasts is filled at the new level.
  @Test func whatFollowsAChangeOfLevelStaysThere() throws {
    let folder = try trained()
    let clean = values(600).enumerated().map { $0.offset < 200 ? $0.element : $0.element + 6 }
    let faulty = clean.enumerated().map { $0.offset == 450 ? 30 : $0.element }
    try folder.write("t.csv", file(faulty))
    let run = try folder.run("repair", "t.csv", "--model", "m", "--output", "o.csv")
    #expect(run.code == 0, "\(run.errors)")
    let lines = try folder.read("o.csv").components(separatedBy: "\r\n")
    let spike = lines[451].components(separatedBy: ";")[2].replacing(",", with: ".")
    #expect(abs((Double(spike) ?? 0) - clean[450]) < 1.2, "\(spike), \(clean[450])")
    #expect(lines[400] == (try folder.read("t.csv").components(separatedBy: "\r\n"))[400])
  }

  @Test func tablesAndPipesAreRefused() throws {
    let folder = try trained()
    try folder.write("table.csv", "a,b\n" + (0..<40).map { "\($0),\($0 % 7)\n" }.joined())
    _ = try folder.run("train", "table.csv", "--model", "n", "--quality", "fast")
    let table = try folder.run("repair", "table.csv", "--model", "n", "--output", "o")
    #expect(table.code == 65 && table.errors.contains("repair is for series"), "\(table.errors)")
    let pipe = try folder.run("repair", "-", "--model", "m", "--output", "o", input: "x")
    #expect(pipe.code == 64 && pipe.errors.contains("name a file"), "\(pipe.errors)")
    let over = try folder.run("repair", "base.csv", "--model", "m", "--output", "base.csv")
    #expect(over.code != 0 && !folder.exists("o"))
  }
}
