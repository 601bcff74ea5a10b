import Pipelines
import Stillwater
import TestSupport
import Testing

@Suite struct PipelineTests {
  /// What the reader says of a pipeline text, the path cut off.
  private func message(_ text: String) throws -> String {
    let folder = try Workdir()
    let path = try folder.write("p.yaml", text)
    let error = #expect(throws: StillwaterError.self) { _ = try Pipeline(contentsOf: path) }
    #expect(error?.kind == .badConfiguration)
    return (error?.description ?? "").split(separator: "\n")
      .map { $0.hasPrefix(path) ? $0.dropFirst(path.count + 1) : $0 }.joined(separator: "\n")
  }

  @Test(arguments: [
    (
      "version: 1\ntrian:\n  files: a.csv\n",
      "2:1: unknown key \"trian\" in the pipeline; did you mean \"train\"?"
    ),
    (
      "version: 1\nmodel: p.yaml\nscore:\n  files: p.yaml\n  output: a\n  keep: al\n",
      "6:9: keep must be one of all, keys, none, found \"al\"; did you mean \"all\"?"
    ),
    (
      "version: 1\ntrain:\n  files: p.yaml\n  seed: many\n",
      "4:9: seed must be a whole number of 0 or more, found \"many\""
    ),
    (
      "version: 1\ntrain:\n  files: p.yaml\n  false_alarm_rate: 2\n",
      "4:21: false_alarm_rate must be a number from 1e-9 to 0.5, found \"2\""
    ),
    (
      "version: 2\ntrain:\n  files: p.yaml\n",
      "1:10: version must be a whole number from 1 to 1, found \"2\""
    ),
    ("train:\n  files: p.yaml\n", "1:1: version is missing; write version: 1"),
    (
      "version: 1\nmodel: p.yaml\nscore:\n  files: p.yaml\n",
      "4:3: score needs either output or output_folder"
    ),
    ("version: 1\ntrain:\n  quality: fast\n", "3:3: train needs files"),
    ("version: 1\nname: x\n", "1:1: no stage is given: train, calibrate, score, evaluate"),
  ])
  func mistakesAreNamedWithTheirPlace(text: String, expected: String) throws {
    #expect(try message(text) == expected)
  }

  @Test func everyMistakeIsReportedAtOnce() throws {
    let text = "version: 1\nmodle: m\ntrain:\n  file: a\n  quality: best\n"
    #expect(try message(text).split(separator: "\n").count == 3)
  }

  @Test func keysThatStandTwiceAreRefused() throws {
    #expect(try message("version: 1\nname: a\nname: b\n").contains("duplicate key: \"name\""))
  }

  @Test func brokenYAMLIsRefusedWithItsPlace() throws {
    #expect(try message("version: [1\ntrain: x\n").hasPrefix("2:"))
  }

  private func workdir() throws -> Workdir {
    let folder = try Workdir()
    let rows = (0..<200).map { "\($0 % 13),\(2 * ($0 % 13) + $0 % 3)" }
    try folder.write("base.csv", (["x,y"] + rows).joined(separator: "\n") + "\n")
    let labelled = (0..<40).map { "\($0 % 13),\($0 == 7 ? 60 : 2 * ($0 % 13)),\($0 == 7 ? 1 : 0)" }
    try folder.write("test.csv", (["x,y,label"] + labelled).joined(separator: "\n") + "\n")
    try folder.write(
      "p.yaml",
      """
      version: 1
      model: out/m
      train: {files: base.csv, quality: fast}
      calibrate: {files: base.csv, false_alarm_rate: 0.05}
      score: {files: test.csv, output: out/scores.csv}
      evaluate: {output: out/metrics.json}

      """)
    return folder
  }

  @Test func stagesRunOnceAndAgainOnlyWhenSomethingChanged() throws {
    let folder = try workdir()
    let first = try folder.run("run", "p.yaml")
    #expect(first.code == 0, "\(first.errors)")
    #expect(!first.errors.contains("up to date"))
    #expect(try folder.read("out/metrics.json").contains("\"auroc\" : 1"))
    let second = try folder.run("run", "p.yaml")
    for stage in ["train", "calibrate", "score", "evaluate"] {
      #expect(second.errors.contains("\(stage): up to date"), "\(second.errors)")
    }
    let more = try folder.read("test.csv") + "1,2,0\n"
    try folder.write("test.csv", more)
    let third = try folder.run("run", "p.yaml")
    #expect(third.errors.contains("train: up to date") && third.errors.contains("scored 41 rows"))
    try folder.write("out/scores.csv", "damaged")
    #expect(try folder.run("run", "p.yaml").errors.contains("scored 41 rows"))
  }

  @Test func dryRunsDoNothing() throws {
    let folder = try workdir()
    let outcome = try folder.run("run", "p.yaml", "--dry-run")
    #expect(outcome.code == 0 && outcome.output.contains("train: ./base.csv -> ./out/m"))
    #expect(!folder.exists("out"))
  }
}
