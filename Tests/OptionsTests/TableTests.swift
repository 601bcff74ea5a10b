import Options
import Stages
import Stillwater
import Testing

@Suite struct TableTests {
  /// What must hold in every table.
  private func check<Root: Configurable>(_ root: Root.Type) {
    let names = root.table.map(\.name)
    #expect(Set(names).count == names.count, "\(root) names an option twice")
    for option in root.table {
      #expect(option.sentence.hasSuffix("."), "\(option.name)")
      guard let texts = option.texts(of: .blank) else { continue }
      var changed = Root.blank
      #expect(option.set(&changed, texts), "the default of \(option.name) is refused: \(texts)")
      #expect(option.texts(of: changed) == texts, "\(option.name)")
    }
  }

  @Test func tablesAreSound() {
    check(TrainStage.self)
    check(CalibrateStage.self)
    check(ScoreStage.self)
    check(EvaluateStage.self)
    check(RepairStage.self)
  }

  /// Texts of which one or the other suits each option, and is not its default.
  private static let texts = [
    "true", "best", "keys", "ndjson", "quantile", "semicolon", "comma", "ms", "quarantine", "none",
    "9",
    "0.125", "5/week", "500", "2G", "some text",
  ]

  /// The options that have no part in the identity of a stage though they are of its table.
  private func idle<Root: Configurable>(_ root: Root.Type) -> [String] {
    root.table.filter { option in
      !Self.texts.contains { text in
        var (plain, changed) = (Root.blank, Root.blank)
        // Some options count beside another one alone.
        for other in root.table where other.name == "on_bad_rows" && other.name != option.name {
          _ = other.set(&plain, ["quarantine"]) && other.set(&changed, ["quarantine"])
        }
        return option.set(&changed, [text]) && changed.identity != plain.identity
      }
    }.map(\.name)
  }

  @Test func whatDecidesTheResultDecidesTheFingerprint() {
    let run = ["threads", "no_clobber"]
    #expect(idle(TrainStage.self) == ["model", "files", "resume"] + run)
    #expect(idle(CalibrateStage.self) == ["model", "files", "output"] + run)
    #expect(
      idle(ScoreStage.self) == [
        "model", "files", "output", "output_folder", "events", "quiet_times",
      ] + run)
    #expect(idle(EvaluateStage.self) == ["files", "model", "output"] + run)
  }

  @Test func listsThatDifferHaveDifferentIdentities() {
    let lists = [[], ["a", "b"], ["a,b"], ["ab"], ["a", "b", ""], ["1:a1:b"]]
    let identities = lists.map { list in
      var columns = ColumnOptions()
      columns.ignored = list
      return columns.identity["ignore"]
    }
    #expect(Set(identities).count == lists.count)
  }
}

@Suite struct ConflictTests {
  /// Every conflict among options that are given as flags.
  private func conflicts<Root: Configurable>(_ root: Root.Type, _ flags: [String: String])
    -> [String]
  {
    var (value, given) = (Root.blank, Given(front: .flag))
    for option in root.table {
      guard let text = flags[option.name] else { continue }
      #expect(option.set(&value, [text]), "\(option.name) \(text)")
      given.add(option.name, .flag)
    }
    return value.conflicts(given).map(\.reason)
  }

  @Test(
    arguments: [
      (["causal": "true"], "--causal is for series: name the --time column"),
      (
        ["time": "t", "contamination": "0.1"],
        "--contamination is for tables: leave it out with --time"
      ),
      (["time": "t", "label": "t"], "column t is named by --time and by --label"),
      (["method": "best-f1"], "train takes conformal, quantile or evt as --method"),
      (
        ["decimal": "comma"],
        "a decimal comma needs another delimiter, such as --delimiter semicolon"
      ),
      (["max_bad_rows": "1"], "--max-bad-rows needs --on-bad-rows quarantine"),
      (["on_bad_rows": "quarantine", "max_bad_rows": "1", "time": "t", "causal": "true"], nil),
    ] as [([String: String], String?)])
  func ofTraining(flags: [String: String], expected: String?) {
    #expect(conflicts(TrainStage.self, flags) == [expected].compactMap { $0 })
  }

  @Test func ofThresholds() {
    let words = "--false-alarm-rate has no effect beside --threshold; remove one of them"
    let both = ["threshold": "1", "false_alarm_rate": "0.1"]
    #expect(conflicts(ScoreStage.self, both) == [words])
    #expect(conflicts(CalibrateStage.self, both) == [words])
    #expect(
      conflicts(CalibrateStage.self, ["method": "fixed"]) == ["--method fixed needs --threshold"])
    #expect(conflicts(CalibrateStage.self, ["method": "fixed", "threshold": "1"]) == [])
  }

  @Test func alarmsAreNotCountedInRows() {
    let rows = ["alarms": "3/week", "false_alarm_rate": "0.1"]
    let words = "--false-alarm-rate has no effect beside --alarms; remove one of them"
    #expect(conflicts(TrainStage.self, rows.merging(["time": "t"]) { $1 }) == [words])
    #expect(conflicts(CalibrateStage.self, rows) == [words])
    #expect(conflicts(ScoreStage.self, rows) == [words])
    #expect(
      conflicts(CalibrateStage.self, ["alarms": "3/week", "method": "quantile"])
        == ["--method has no effect beside --alarms; remove one of them"])
    let fixed = ["threshold": "1", "alarms": "3/week"]
    let idle = "--alarms has no effect beside --threshold; remove one of them"
    #expect(conflicts(ScoreStage.self, fixed) == [idle])
    #expect(conflicts(CalibrateStage.self, fixed) == [idle])
    #expect(conflicts(RepairStage.self, fixed) == [idle])
    #expect(
      conflicts(TrainStage.self, ["alarms": "3/week"])
        == ["--alarms is for series: name the --time column"])
  }

  @Test func anOptionIsSpelledAsItWasGiven() {
    var given = Given(front: .key)
    given.add("threshold", .variable)
    #expect(given.spelled("threshold") == "STILLWATER_THRESHOLD")
    #expect(given.spelled("method", "fixed") == "method: fixed")
    given.add("method", .flag)
    #expect(given.spelled("method", "fixed") == "--method fixed")
  }
}
