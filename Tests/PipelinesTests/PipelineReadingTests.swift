import Foundation
import Ingestion
import Pipelines
import Stages
import Stillwater
import TestSupport
import Testing

/// The problems of a pipeline text as `line:column: reason`, read in a folder with some files.
func pipelineProblems(_ text: String) throws -> [String] {
  let folder = try pipelineFolder()
  do throws(PipelineError) {
    _ = try Pipeline(parsing: text, path: folder.file("p.yaml"))
    return []
  } catch {
    guard case .problems(_, let problems) = error else { return [error.description] }
    return problems.map { problem in
      let reason = problem.reason.split(
        separator: folder.path + "/", omittingEmptySubsequences: false)
      return "\(problem.line):\(problem.column): \(reason.joined())"
    }
  }
}

/// A folder with two tables, a folder of two more, and a model.
func pipelineFolder() throws -> Workdir {
  let folder = try Workdir()
  for name in ["a.csv", "b.csv", "m", "one/x.csv", "one/y.csv", "two/x.csv"] {
    try folder.makeFolder(of: name)
    try folder.write(name, "x\n1\n")
  }
  return folder
}

@Suite struct PipelineReadingTests {
  @Test(
    arguments: [
      ("train: 5", "2:8: train must hold keys and values, found \"5\""),
      ("train: [a.csv]", "2:8: train must hold keys and values, found a list"),
      ("train: {files: }", "2:16: files must be a text or a list of texts, found nothing"),
      ("train: {files: [a.csv, '']}", "2:24: files must be a text, found nothing"),
      ("train: {files: [a.csv, [b.csv]]}", "2:24: files must be a text, found a list"),
      (
        "train: {files: {a: b}}",
        "2:16: files must be a text or a list of texts, found keys and values"
      ),
      ("train: {files: []}", "2:16: files of train names no file"),
      (
        "train: {files: a.csv, window: 1}",
        "2:31: window must be a whole number from 2 to 100000, found \"1\""
      ),
      (
        "train: {files: a.csv, seed: 0x10}",
        "2:29: seed must be a whole number of 0 or more, found \"0x10\""
      ),
      (
        "train: {files: a.csv, seed: -1}",
        "2:29: seed must be a whole number of 0 or more, found \"-1\""
      ),
      (
        "train: {files: a.csv, seed: 99999999999999999999}",
        "2:29: seed must be a whole number of 0 or more, found \"99999999999999999999\""
      ),
      (
        "train: {files: a.csv, false_alarm_rate: 0x1p-4}",
        "2:41: false_alarm_rate must be a number from 1e-9 to 0.5, found \"0x1p-4\""
      ),
      (
        "train: {files: a.csv, false_alarm_rate: nan}",
        "2:41: false_alarm_rate must be a number from 1e-9 to 0.5, found \"nan\""
      ),
      (
        "train: {files: a.csv, exemplars: 9}",
        "2:34: exemplars must be a whole number from 100 to 1000000, found \"9\""
      ),
      (
        "train: {files: a.csv, contamination: 0.3}",
        "2:38: contamination must be a number from 0 to 0.2, found \"0.3\""
      ),
      (
        "columns: {time: t}\ntrain: {files: a.csv, contamination: 0.1}",
        "3:38: contamination is for tables: leave it out with time"
      ),
      (
        "train: {files: a.csv, method: best-f1}",
        "2:31: train takes conformal, quantile or evt as method"
      ),
      (
        "train: {files: a.csv, max_bad_rows: 3}", "2:37: max_bad_rows needs on_bad_rows: quarantine"
      ),
      (
        "train: {files: a.csv, quality: blanced}",
        "2:32: quality must be one of fast, balanced, best, found \"blanced\"; did you mean \"balanced\"?"
      ),
      (
        "train: {files: a.csv, memory: 12}",
        "2:31: memory must be a size from 1M on, such as 512M or 4G, found \"12\""
      ),
      (
        "train: {files: a.csv, causal: true}", "2:31: causal is for series: name the time column"
      ),
      (
        "train: {files: a.csv, windows: 9}",
        "2:23: unknown key \"windows\" in train; did you mean \"window\"?"
      ),
      ("train: {files: a.csv, ? [k] : v}", "2:25: unknown key a list in train"),
      (
        "train: {files: a.csv}\nthreads: 0",
        "3:10: threads must be a whole number from 1 to 1024, found \"0\""
      ),
      (
        "train: {files: a.csv}\ncolumns: {time: t, ignore: [u, t]}",
        "3:32: column \"t\" is named under time and under ignore"
      ),
      (
        "train: {files: a.csv}\ncsv: {decimal: comma}",
        "3:16: a decimal comma needs another delimiter, such as delimiter: semicolon"
      ),
      ("train: {files: a.csv}\nname: \"\\e[31m\"", nil),
      ("train: {files: a.csv, \"\\e[31m\": 1}", "2:23: unknown key \"\u{FFFD}[31m\" in train"),
    ] as [(String, String?)])
  func oneMistakeGivesOneMessage(text: String, expected: String?) throws {
    #expect(try pipelineProblems("version: 1\n" + text) == [expected].compactMap { $0 })
  }

  @Test(arguments: [
    ("score: {files: a.csv, output: o}", "1:8: score needs model, or a train stage before it"),
    ("calibrate: {files: a.csv}", "1:12: calibrate needs model, or a train stage before it"),
    ("model: m\nscore: {files: a.csv}", "2:8: score needs either output or output_folder"),
    (
      "model: m\nscore: {files: a.csv, output: o, output_folder: f}",
      "2:49: score takes output or output_folder, not both"
    ),
    (
      "model: m\nscore: {files: a.csv, output_folder: f, events: e}",
      "2:49: events needs one output"
    ),
    (
      "model: m\nscore: {files: a.csv, output: o, explain: yes}",
      "2:43: explain must be true or false, found \"yes\""
    ),
    (
      "model: m\nscore: {files: a.csv, output: o, threshold: 1, false_alarm_rate: 0.1}",
      "2:66: false_alarm_rate has no effect beside threshold; remove one of them"
    ),
    (
      "model: m\ncalibrate: {files: a.csv, threshold: 1}",
      "2:20: files has no effect beside threshold; remove one of them"
    ),
    ("model: m\ncalibrate: {files: a.csv, method: fixed}", "2:35: method: fixed needs threshold"),
    ("evaluate: {output: o}", "1:11: evaluate needs files, or a score stage before it"),
    ("evaluate: {files: a.csv}", "1:11: evaluate needs output"),
    (
      "model: m\nscore: {files: a.csv, output: o, format: ndjson}\nevaluate: {output: e}",
      "3:11: evaluate reads csv, but score writes ndjson"
    ),
    (
      "model: m\nscore: {files: a.csv, output: o, keep: keys}\nevaluate: {output: e}",
      "3:11: evaluate needs the label column, which score leaves out; use keep: all"
    ),
  ])
  func stagesThatCannotWorkAreNamed(text: String, expected: String) throws {
    #expect(try pipelineProblems(text + "\nversion: 1\n") == [expected])
  }

  @Test func settingsReachTheirStages() throws {
    let folder = try pipelineFolder()
    let pipeline = try Pipeline(
      parsing: """
        version: 1
        name: whole
        model: out/model
        threads: 3
        columns: {time: t, group: g, label: l, positive_label: "yes", ignore: i, categorical: [c, d]}
        csv: {delimiter: semicolon, decimal: comma, null_values: ["-"], time_unit: ms}
        train:
          {files: [a.csv, one], quality: fast, window: 8, seed: 7, false_alarm_rate: 0.02, method: evt,
           exemplars: none, memory: 64M, on_bad_rows: quarantine, max_bad_rows: 4}
        calibrate: {threshold: -2.5}
        score: {files: "*.csv", output: out/s.csv, explain: true, prefix: p_, events: out/e.csv}
        evaluate: {output: out/e.json}
        """, path: folder.file("p.yaml"))
    let train = try #require(pipeline.train)
    #expect(pipeline.name == "whole" && train.model == folder.file("out/model"))
    #expect(train.files == ["a.csv", "one/x.csv", "one/y.csv"].map(folder.file))
    #expect(train.settings.columns.ignored == ["i"] && train.settings.columns.time == "t")
    #expect(train.settings.columns.categorical == ["c", "d"] && train.settings.threads == 3)
    #expect(train.settings.window == 8 && train.settings.seed == 7)
    #expect("\(train.settings.method) \(train.settings.quality)" == "evt fast")
    #expect(train.settings.falseAlarmRate == 0.02 && train.settings.exemplars == 0)
    #expect(train.settings.badRows == .quarantine(maximum: 4) && train.settings.memory == 64 << 20)
    #expect(
      "\(train.settings.dialect.delimiter) \(train.settings.dialect.decimal)" == "semicolon comma")
    let calibrate = try #require(pipeline.calibrate)
    #expect(calibrate.threshold == -2.5 && calibrate.output == folder.file("out/model.calibrated"))
    #expect(calibrate.label == "l" && calibrate.positiveLabel == "yes" && calibrate.files.isEmpty)
    let score = try #require(pipeline.scores.first)
    #expect(score.model == calibrate.output && score.files == ["a.csv", "b.csv"].map(folder.file))
    #expect(score.events == folder.file("out/e.csv") && score.options.explains)
    let evaluate = try #require(pipeline.evaluate)
    #expect(evaluate.files == [folder.file("out/s.csv")] && evaluate.score == "p_score")
    #expect(
      evaluate.time == "t" && evaluate.label == "l" && evaluate.dialect == train.settings.dialect)
  }

  @Test func theShareOfAnomaliesReachesTheTraining() throws {
    let folder = try pipelineFolder()
    let pipeline = try Pipeline(
      parsing: "version: 1\nmodel: m\ntrain: {files: a.csv, contamination: 0.05}",
      path: folder.file("p.yaml"))
    let train = try #require(pipeline.train)
    #expect(train.settings.contamination == 0.05)
  }

  @Test func aFolderOfOutputsGivesOneStageForEachFile() throws {
    let folder = try pipelineFolder()
    let text = "version: 1\nmodel: m\nscore: {files: one, output_folder: out, format: ndjson}"
    let pipeline = try Pipeline(parsing: text, path: folder.file("p.yaml"))
    #expect(pipeline.scores.map(\.files) == ["one/x.csv", "one/y.csv"].map { [folder.file($0)] })
    let outputs = ["out/x.scores.ndjson", "out/y.scores.ndjson"].map(folder.file)
    #expect(pipeline.scores.map(\.output) == outputs)
  }

  @Test func problemsComeInTheOrderOfTheFileAndAreCutAtTwenty() throws {
    let keys = (10..<35).map { "k\($0): 1\n" }.joined()
    let folder = try pipelineFolder()
    let path = try folder.write("p.yaml", keys + "version: 1\n")
    let error = #expect(throws: StillwaterError.self) { _ = try Pipeline(contentsOf: path) }
    let lines = (error?.description ?? "").split(separator: "\n")
    #expect(lines.count == 21 && lines.last == "and 5 more problems")
    #expect(lines.prefix(20).enumerated().allSatisfy { $1.hasPrefix("\(path):\($0 + 1):1: ") })
    #expect(error?.kind == .badConfiguration)
  }
}
