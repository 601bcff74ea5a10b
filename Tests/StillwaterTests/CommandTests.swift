import Foundation
import TestSupport
import Testing

/// The command line that scripts rely on, through the real binary.
@Suite(.slow) struct CommandTests {
  /// Rows near a line, with a category that follows the sign of `a`.
  private static func table(_ rows: Int, from start: Int = 0) -> [String] {
    (start..<start + rows).map { row in
      let a = Double((row * 37) % 101) / 10 - 5
      let b = 2 * a + Double((row * 53) % 17) / 20
      return "\(a),\(b),\(a > 0 ? "up" : "down")"
    }
  }

  private static let header = "a,b,side"

  private func text(_ rows: [String], header: String = CommandTests.header) -> String {
    ([header] + rows).joined(separator: "\n") + "\n"
  }

  /// A folder with a model trained on 300 rows.
  private func trained(_ more: [String] = []) throws -> Workdir {
    let folder = try Workdir()
    try folder.write("baseline.csv", text(Self.table(300)))
    let outcome = try folder.run("train", "baseline.csv", "--model", "m", "--quality", "fast")
    try #require(outcome.code == 0, "\(outcome.errors)")
    return folder
  }

  private func scores(_ folder: Workdir, _ output: String = "out.csv") throws -> [[Substring]] {
    try folder.read(output).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
  }

  @Test(arguments: ["", "inspect", "train", "calibrate", "score", "evaluate", "run"])
  func helpExplains(command: String) throws {
    let outcome = try Workdir().run(command.isEmpty ? "--help" : command, "--help")
    #expect(outcome.code == 0 && outcome.output.contains("USAGE: stillwater"))
  }

  @Test func trainingScoringAndJudgingGoTogether() throws {
    let folder = try trained()
    var rows = Self.table(60, from: 400).map { $0 + ",0" }
    rows[10] = "4,-8,up,1"
    rows[40] = "3,6.2,sideways,1"
    try folder.write("test.csv", text(rows, header: Self.header + ",label"))
    let scored = try folder.run("score", "test.csv", "--model", "m", "--output", "out.csv")
    #expect(scored.code == 0, "\(scored.errors)")
    let lines = try scores(folder)
    #expect(lines.count == 61)
    #expect(
      lines[0].joined(separator: ",")
        == "a,b,side,label,line,score,ratio,p_value,anomaly,top_columns")
    let ranked = lines.dropFirst().sorted { (Double($0[5]) ?? 0) > (Double($1[5]) ?? 0) }
    #expect(Set(ranked.prefix(2).map { $0[4] }) == ["12", "42"])
    #expect(lines[11][9].hasPrefix("b:") || lines[11][9].hasPrefix("a:"))
    #expect(lines[41][9].hasPrefix("side:"))
    #expect(lines.dropFirst().allSatisfy { ($0[8] == "1") == ((Float($0[6]) ?? 0) > 1) })
    let judged = try folder.run("evaluate", "out.csv", "--json")
    let summary = try JSONSerialization.jsonObject(with: Data(judged.output.utf8)) as? [String: Any]
    #expect(summary?["auroc"] as? Double == 1)
  }

  @Test func trainingNamesTheLeastNormalRows() throws {
    let folder = try Workdir()
    var rows = Self.table(300)
    rows.insert("4,-8,up", at: 150)
    try folder.write("first.csv", text(Array(rows.prefix(100))))
    try folder.write("second.csv", text(Array(rows.dropFirst(100))))
    let outcome = try folder.run(
      "train", "first.csv", "second.csv", "--model", "m", "--quality", "fast")
    #expect(outcome.errors.contains("least normal in the baseline: second.csv:52,"))
    let data = Data(try folder.read("m.summary.json").utf8)
    let summary = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let suspects = try #require(summary["suspicious_rows"] as? [[String: Any]])
    #expect(suspects.count == 10 && suspects[0]["line"] as? Int == 52)
  }

  @Test func anomaliesThatLookAlikeAreFoundOnceTheirShareIsTold() throws {
    let folder = try Workdir()
    let strays = (0..<6).map { "\(9 + Double($0) / 10),\(-9 - Double($0) / 10),up" }
    try folder.write("base.csv", text(Self.table(300) + strays))
    try folder.write("test.csv", text(Self.table(40) + ["9.25,-9.25,up"]))
    let train = ["train", "base.csv", "--model", "m", "--quality", "fast"]
    let outcome = try folder.run(train + ["--contamination", "0.02"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let named = outcome.errors.split(separator: "base.csv:").dropFirst().prefix(3)
    #expect(named.allSatisfy { (302...307).contains(Int($0.prefix { $0.isNumber }) ?? 0) })
    _ = try folder.run("score", "test.csv", "--model", "m", "--output", "out.csv", "--keep", "none")
    let scores = try folder.read("out.csv").split(separator: "\n").dropFirst()
      .compactMap { Double($0.split(separator: ",")[1]) }
    #expect(scores.count == 41 && scores.dropLast().allSatisfy { $0 < scores[40] })
    for refused in [["0.3"], ["nan"], ["0.1", "--time", "a"]] {
      let outcome = try folder.run(train + ["--contamination"] + refused)
      #expect(outcome.code == 64 && outcome.errors.contains("--contamination"), "\(refused)")
    }
  }

  @Test func summaryIsTheMarkOfCompletion() throws {
    let folder = try trained()
    try folder.write("test.csv", text(Self.table(25)))
    _ = try folder.run("score", "test.csv", "--model", "m", "--output", "out.csv")
    for (name, keys) in [
      ("m.summary.json", ["rows_in", "rows_used", "rows_quarantined", "warnings", "inputs"]),
      (
        "out.csv.summary.json",
        [
          "rows_in", "rows_scored", "rows_quarantined", "missing_values",
          "anomalies", "warnings", "inputs", "model_sha256", "timings",
        ]
      ),
    ] {
      let data = Data(try folder.read(name).utf8)
      let summary = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
      for key in keys { #expect(summary[key] != nil, "\(name) \(key)") }
    }
  }

  @Test func inputColumnsPassByteForByte() throws {
    let folder = try trained()
    let rows = ["1,2.0, up ", "\"1\",+2e0,\"up\"", "0.50,1,\"do\"\"wn\""]
    try folder.write("test.csv", ([Self.header] + rows).joined(separator: "\r\n"))
    _ = try folder.run("score", "test.csv", "--model", "m", "--output", "out.csv")
    let lines = try folder.read("out.csv").split(separator: "\n")
    for (row, line) in zip(rows, lines.dropFirst()) { #expect(line.hasPrefix(row + ",")) }
  }

  @Test func aRowsScoreDoesNotDependOnItsCompany() throws {
    let folder = try trained()
    let rows = Self.table(150, from: 1_000)
    try folder.write("all.csv", text(rows))
    try folder.write("turned.csv", text(rows.reversed()))
    try folder.write("one.csv", text([rows[70]]))
    func run(_ name: String, threads: String) throws -> [String] {
      _ = try folder.run(
        "score", "\(name).csv", "--model", "m", "--output", "out.csv", "--threads", threads)
      return try scores(folder).dropFirst().map { $0[4...].joined(separator: ",") }
    }
    let all = try run("all", threads: "1")
    #expect(try run("all", threads: "2") == all)
    #expect(try run("turned", threads: "2") == all.reversed())
    #expect(try run("one", threads: "2") == [all[70]])
  }

  @Test func theSameSeedGivesTheSameModel() throws {
    let folder = try Workdir()
    try folder.write("baseline.csv", text(Self.table(120)))
    for (model, threads) in [("m1", "1"), ("m2", "2")] {
      let run = try folder.run("train", "baseline.csv", "--model", model, "--threads", threads)
      #expect(run.code == 0, "\(run.errors)")
    }
    let (one, two) = (
      FileManager.default.contents(atPath: folder.file("m1")),
      FileManager.default.contents(atPath: folder.file("m2"))
    )
    #expect(one == two && one != nil)
  }

  @Test func standardInputAndOutputCarryRowsAlone() throws {
    let folder = try trained()
    let outcome = try folder.run(
      "score", "-", "--model", "m", "--output", "-", input: text(Self.table(5)))
    #expect(outcome.code == 0)
    #expect(outcome.output.split(separator: "\n").count == 6)
  }

  @Test func keepFormatAndPrefixShapeTheOutput() throws {
    let folder = try trained()
    try folder.write("test.csv", text(Self.table(3)))
    _ = try folder.run("score", "test.csv", "--model", "m", "--output", "o1", "--keep", "none")
    #expect(try folder.read("o1").hasPrefix("line,score,ratio,p_value,anomaly,top_columns\n2,"))
    _ = try folder.run(
      "score", "test.csv", "--model", "m", "--output", "o2", "--format", "ndjson", "--explain")
    for line in try folder.read("o2").split(separator: "\n") {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["score"] is Double && (object?["expected"] as? [String: String])?.count == 3)
    }
    try folder.write("clash.csv", text(Self.table(3).map { $0 + ",9" }, header: "a,b,side,score"))
    let refused = try folder.run("score", "clash.csv", "--model", "m", "--output", "o3")
    #expect(refused.code == 65 && refused.errors.contains("--prefix") && !folder.exists("o3"))
    let prefixed = try folder.run(
      "score", "clash.csv", "--model", "m", "--output", "o4", "--prefix", "x_")
    #expect(prefixed.code == 0)
    #expect(try folder.read("o4").hasPrefix("a,b,side,score,x_line,x_score"))
  }

  @Test func damagedRowsRefuseOrAreSetAside() throws {
    let folder = try trained()
    try folder.write("test.csv", text(["1,2,up", "1,oops,up", "1,2,up,4", "2,4,up"]))
    let refused = try folder.run("score", "test.csv", "--model", "m", "--output", "out.csv")
    #expect(refused.code == 65 && refused.errors.contains("test.csv:3:b: expected a number"))
    #expect(!folder.exists("out.csv"))
    let kept = try folder.run(
      "score", "test.csv", "--model", "m", "--output", "out.csv", "--on-bad-rows", "quarantine")
    #expect(kept.code == 0)
    #expect(try scores(folder).dropFirst().map { $0[3] } == ["2", "5"])
    let rejects = try folder.read("out.csv.rejects.csv")
    #expect(rejects.contains("test.csv,3,b,") && rejects.contains("\"1,oops,up\""))
    let most = try folder.run(
      "score", "test.csv", "--model", "m", "--output", "o", "--on-bad-rows", "quarantine",
      "--max-bad-rows", "1")
    #expect(most.code == 65)
  }

  @Test func aCleanRunLeavesNoRejectsOfAnOlderOne() throws {
    let folder = try trained()
    let score = ["score", "test.csv", "--model", "m", "--output", "out.csv"]
    try folder.write("test.csv", text(["1,oops,up", "2,4,up"]))
    _ = try folder.run(score + ["--on-bad-rows", "quarantine"])
    #expect(folder.exists("out.csv.rejects.csv"))
    try folder.write("test.csv", text(["2,4,up"]))
    _ = try folder.run(score)
    #expect(folder.exists("out.csv") && !folder.exists("out.csv.rejects.csv"))
  }

  @Test func pipesAndDevicesHaveNoFilesBesideThem() throws {
    let folder = try trained()
    try folder.write("test.csv", text(["1,oops,up", "2,4,up"]))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("null"), withDestinationPath: "/dev/null")
    let outcome = try folder.run(
      "score", "test.csv", "--model", "m", "--output", "null", "--on-bad-rows", "quarantine")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(!folder.exists("null.summary.json") && !folder.exists("null.rejects.csv"))
  }

  @Test func everyCommandSetsBadRowsAside() throws {
    let folder = try trained()
    let rows = Self.table(120, from: 500).map { $0 + ",0" } + ["1,oops,up,0", "4,-8,up,1"]
    try folder.write("test.csv", text(rows, header: Self.header + ",label"))
    for (command, more) in [
      ("calibrate", ["--output", "out"]), ("evaluate", ["--output", "out"]),
      ("train", ["--model", "out", "--label", "label"]),
    ] {
      let model = command == "train" ? [] : ["--model", "m"]
      let outcome = try folder.run(
        [command, "test.csv", "--on-bad-rows", "quarantine"] + model + more)
      #expect(outcome.code == 0, "\(command): \(outcome.errors)")
      #expect(try folder.read("out.rejects.csv").contains("test.csv,122,b,"))
      let data = Data(try folder.read("out.summary.json").utf8)
      let summary = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
      let parts = ["rows_used", "rows_left_out", "rows_scored", "rows_quarantined"]
      let sum = parts.reduce(0) { $0 + (summary[$1] as? Int ?? 0) }
      #expect(summary["rows_in"] as? Int == 122 && sum == 122, "\(command): \(summary)")
    }
  }

  @Test func decimalCommasComeBackAsDecimalCommas() throws {
    let folder = try Workdir()
    let dialect = ["--delimiter", "semicolon", "--decimal", "comma"]
    func german(_ rows: [String]) -> [String] {
      rows.map { $0.replacing(",", with: ";").replacing(".", with: ",") }
    }
    try folder.write("base.csv", text(german(Self.table(300)), header: "a;b;side"))
    let rows = german(Self.table(50, from: 900)).map { $0 + ";0" } + ["4,0;-8,5;up;1"]
    try folder.write("test.csv", text(rows, header: "a;b;side;label"))
    _ = try folder.run(["train", "base.csv", "--model", "m", "--quality", "fast"] + dialect)
    _ = try folder.run("score", "test.csv", "--model", "m", "--output", "o.csv", "--explain")
    #expect(
      !(try folder.read("o.csv").split(separator: "\n")[1].split(separator: ";")[5].contains(".")))
    let judged = try folder.run(["evaluate", "o.csv", "--json"] + dialect)
    #expect(judged.code == 0 && judged.output.contains("\"auroc\" : 1"), "\(judged)")
  }

  @Test func faultsHaveTheirDocumentedCodes() throws {
    let folder = try trained()
    try folder.write("test.csv", text(Self.table(3)))
    try folder.write("other.csv", "x,y\n1,2\n")
    for (arguments, code, words) in [
      (["score", "test.csv", "--model", "m"], 64, "--output"),
      (["train", "test.csv", "--model", "n"], 65, "found 3 baseline rows, but at least 20"),
      (["score", "gone.csv", "--model", "m", "--output", "o"], 66, "gone.csv: no such file"),
      (
        ["score", "other.csv", "--model", "m", "--output", "o"], 65,
        "missing columns: \"a\", \"b\", \"side\""
      ),
      (
        ["score", "test.csv", "--model", "test.csv", "--output", "o"], 65,
        "test.csv: not a model file"
      ),
      (["score", "test.csv", "--model", "m", "--output", "no/where"], 73, "no/where"),
      (["score", "test.csv", "--model", "m", "--output", "test.csv"], 64, "is one of the inputs"),
      (
        ["score", "test.csv", "--model", "m", "--output", "o", "--events", "test.csv"], 64,
        "is one of the inputs"
      ),
      (
        ["score", "test.csv", "--model", "m", "--output", "o", "--events", "o"], 73,
        "o: cannot be created: it is the name of the output as well"
      ),
    ] {
      let outcome = try folder.run(arguments)
      #expect(outcome.code == code && outcome.errors.contains(words), "\(arguments): \(outcome)")
    }
  }

  @Test func anomaliesCanFailTheRun() throws {
    let folder = try trained()
    try folder.write("test.csv", text(["4,-8,up"]))
    let outcome = try folder.run(
      "score", "test.csv", "--model", "m", "--output", "o", "--fail-on", "anomalies")
    #expect(outcome.code == 3 && folder.exists("o"))
  }

  @Test func aHeaderAloneIsAnEmptyFile() throws {
    let folder = try trained()
    try folder.write("empty.csv", Self.header + "\n")
    let outcome = try folder.run("score", "empty.csv", "--model", "m", "--output", "o")
    #expect(outcome.code == 0)
    #expect(try folder.read("o") == "a,b,side,line,score,ratio,p_value,anomaly,top_columns\n")
  }

  @Test func calibratingMovesTheThresholdAlone() throws {
    let folder = try trained()
    try folder.write("fresh.csv", text(Self.table(300, from: 2_000)))
    let outcome = try folder.run(
      "calibrate", "fresh.csv", "--model", "m", "--output", "m2", "--false-alarm-rate", "0.1")
    #expect(outcome.code == 0, "\(outcome.errors)")
    func column(_ model: String, _ place: Int) throws -> [Substring] {
      _ = try folder.run("score", "fresh.csv", "--model", model, "--output", "out.csv")
      return try scores(folder).dropFirst().map { $0[place] }
    }
    #expect(try column("m", 4) == column("m2", 4))
    #expect(try column("m2", 6).filter { $0 == "1" }.count <= 30)
  }

  @Test func inspectShowsFilesAndModels() throws {
    let folder = try trained()
    let file = try folder.run("inspect", "baseline.csv")
    #expect(file.code == 0 && file.output.contains("side") && file.output.contains("category"))
    let model = try folder.run("inspect", "m", "--json")
    let object = try JSONSerialization.jsonObject(with: Data(model.output.utf8)) as? [String: Any]
    #expect((object?["columns"] as? [Any])?.count == 3)
  }
}
