import Foundation
import Stillwater
import TestSupport
import Testing

/// Alarms in time through the real binary.
@Suite struct AlarmTests {
  private func minutes(_ rows: Int) -> String {
    "time,v\n" + minuteRows(rows).joined(separator: "\n") + "\n"
  }

  private func trained(_ options: String...) throws -> (folder: Workdir, errors: String, Int32) {
    let folder = try Workdir()
    try folder.write("base.csv", minutes(900))
    let train = ["train", "base.csv", "--time", "time", "--model", "m", "--quality", "fast"]
    let outcome = try folder.run(train + options)
    return (folder, outcome.errors, outcome.code)
  }

  private func object(_ folder: Workdir, _ name: String) throws -> [String: Any] {
    let data = try Data(folder.read(name).utf8)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func ratesAreReadAndWritten() {
    #expect(AlarmRate("3/week") == AlarmRate(3, per: .week))
    #expect(AlarmRate("0.5/10000rows") == AlarmRate(0.5, per: .tenThousandRows))
    for text in [
      "3", "3/", "/week", "0/day", "-1/day", "1e3/day", "nan/day", "2000000/day", "3/Day",
    ] {
      #expect(AlarmRate(text) == nil, "\(text)")
    }
    #expect(AlarmPlan(["3/week", "page=1/month"])?.texts == ["3/week", "page=1/month"])
    for texts in [["3/week", "1/day"], ["a b=1/day"], ["p=1/day", "p=2/day"], ["=1/day"]] {
      #expect(AlarmPlan(texts) == nil, "\(texts)")
    }
    #expect(AlarmChoice("page") == .named("page"))
    #expect(AlarmChoice("2/day") == .rate(AlarmRate(2, per: .day)))
    #expect(AlarmChoice("2/fortnight") == nil)
  }

  @Test func trainingPromisesAlarms() throws {
    let (folder, errors, code) = try trained("--alarms", "10/day", "--alarms", "page=2/day")
    #expect(code == 0, "\(errors)")
    // 1,440 rows a day.
    #expect(
      errors.contains("at most 69.4 alarms in 10,000 rows of each series (about one in 2.4 hours)"))
    #expect(errors.contains("95 % interval"))
    let summary = try object(folder, "m.summary.json")
    #expect(abs((summary["alarm_rate"] as? Double ?? 0) - 10_000 / 144) < 1e-6)
    let interval = try #require(summary["alarm_interval"] as? [String: Double])
    let expected = try #require(summary["expected_alarm_rate"] as? Double)
    #expect(interval["low"].map { $0 <= expected } ?? false)
    #expect(interval["high"].map { $0 >= expected } ?? false)
    #expect(summary["false_alarm_rate"] == nil)
    let page = try #require((summary["named_alarms"] as? [String: [String: Any]])?["page"])
    let (usual, strict) = (summary["threshold"] as? Double ?? 0, page["threshold"] as? Double ?? 0)
    #expect(strict > usual)
    let shown = try folder.run("inspect", "m").output
    #expect(shown.contains("69.4 alarms") && shown.contains("(page)"))

    try folder.write("t.csv", minutes(300))
    for (choice, threshold) in [("page", strict), ("2/day", strict), ("10/day", usual)] {
      let run = try folder.run(
        "score", "t.csv", "--model", "m", "--output", "o", "--alarms", choice)
      #expect(run.code == 0, "\(run.errors)")
      #expect(try object(folder, "o.summary.json")["threshold"] as? Double == threshold)
    }
    let unknown = try folder.run(
      "score", "t.csv", "--model", "m", "--output", "o", "--alarms", "pge")
    #expect(unknown.code == 64 && unknown.errors.contains("no alarms named pge"))
    #expect(unknown.errors.contains("it has: page"))
  }

  @Test func theUsualAlarmsAreThePromiseUnlessRowsAreCounted() throws {
    let (folder, errors, _) = try trained()
    #expect(errors.contains("alarms in 10,000 rows of each series"))
    #expect(!errors.contains("too short to promise"), "\(errors)")
    #expect(try object(folder, "m.summary.json")["alarm_rate"] is Double)
    let (other, words, _) = try trained("--false-alarm-rate", "0.02")
    #expect(words.contains("expected false-alarm rate") && !words.contains("alarms in 10,000"))
    #expect(try object(other, "m.summary.json")["false_alarm_rate"] as? Double == 0.02)
  }

  @Test func whatNothingIsKnownAboutIsRefused() throws {
    let (folder, errors, code) = try trained("--alarms", "0.5/month")
    #expect(code == 65 && errors.contains("too few to know anything about 0.5/month"), "\(errors)")
    #expect(!folder.exists("m"))
    let (_, many, manyCode) = try trained("--alarms", "1441/day")
    #expect(manyCode == 65 && many.contains("more alarms than there are rows"), "\(many)")
    let both = try trained("--alarms", "1/day", "--false-alarm-rate", "0.1")
    #expect(
      both.2 == 64 && both.errors.contains("--false-alarm-rate has no effect beside --alarms"))
    let table = try folder.run("train", "base.csv", "--model", "n", "--alarms", "1/day")
    #expect(
      table.code == 64 && table.errors.contains("--alarms is for series: name the --time column"))
  }

  @Test func calibratingSetsAlarmsAnew() throws {
    let (folder, _, _) = try trained()
    func run(_ arguments: String...) throws -> [String: Any] {
      let outcome = try folder.run(["calibrate"] + arguments + ["--model", "m", "--output", "n"])
      #expect(outcome.code == 0, "\(outcome.errors)")
      return try object(folder, "n.summary.json")
    }
    let usual = try object(folder, "m.summary.json")["threshold"] as? Double ?? 0
    let rate = try object(folder, "m.summary.json")["alarm_rate"] as? Double
    let named = try run("--alarms", "page=5/day")
    #expect(named["alarm_rate"] as? Double == rate && named["threshold"] as? Double == usual)
    #expect((named["named_alarms"] as? [String: Any])?.keys.sorted() == ["page"])
    let loose = try run("--alarms", "100/day")
    #expect((loose["threshold"] as? Double ?? 0) <= usual && named["rows_scored"] == nil)
    // Rows of another kind raise more alarms, so that the threshold rises.
    let wild = minuteRows(900).enumerated().map { row, text in
      row == 100 || row == 800 ? text.split(separator: ",")[0] + ",9" : text
    }
    try folder.write("wild.csv", "time,v\n" + wild.joined(separator: "\n") + "\n")
    let anew = try run("wild.csv", "--alarms", "0.5/day")
    #expect((anew["threshold"] as? Double ?? 0) > 2 * usual, "\(anew)")
    #expect((anew["promise"] as? String ?? "").contains(" lesser alarms in 900 left-out rows"))
    let rows = try run("wild.csv", "--false-alarm-rate", "0.05")
    #expect(rows["alarm_rate"] == nil && rows["false_alarm_rate"] as? Double == 0.05)
    let kept = try run("wild.csv")
    #expect(kept["alarm_rate"] as? Double == rate)
  }
}
