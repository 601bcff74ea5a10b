import Pipelines
import Stages
import Stillwater
import TestSupport
import Testing

@Suite struct PipelineFilesTests {
  @Test(arguments: [
    ("train: {files: -}", "1:16: a pipeline cannot read standard input; name a file"),
    ("train: {files: [a.csv, ./a.csv]}", "1:24: ./a.csv is listed twice in the files of train"),
    (
      "train: {files: [a.csv, one/../*.csv]}",
      "1:24: one/../a.csv is listed twice in the files of train"
    ),
    (
      "train: {files: a.csv}\nmodel: '-'",
      "2:8: a pipeline cannot write to standard output; name a file"
    ),
    (
      "train: {files: a.csv}\nmodel: one/../a.csv",
      "2:8: one/../a.csv is read by train; name another output"
    ),
    (
      "train: {files: one}\nmodel: one/m.csv",
      "2:8: one/m.csv would be an input of train at the next run; name another folder"
    ),
    (
      "train: {files: a.csv}\nmodel: o\ncalibrate: {files: b.csv, output: o}",
      "3:35: o would be written by train and by calibrate"
    ),
    (
      "model: m\ncalibrate: {files: b.csv, output: m}",
      "2:35: m is read by calibrate; name another output"
    ),
    (
      "train: {files: a.csv}\nmodel: o\nscore: {files: b.csv, output: ./o}",
      "3:31: ./o would be written by train and by score"
    ),
    (
      "model: m\nscore: {files: b.csv, output: o, events: o}",
      "2:42: o would be written by score and by score"
    ),
    (
      "model: m\nscore: {files: [a.csv], output: m}",
      "2:33: m is read by score; name another output"
    ),
    (
      "model: m\nscore: {files: a.csv, output: o}\nevaluate: {output: o.summary.json}",
      "3:20: o.summary.json would be written by score and by evaluate"
    ),
    (
      "model: m\nscore: {files: [one, two], output_folder: o}",
      "2:43: o/x.scores.csv would be written by score (one/x.csv) and by score (two/x.csv)"
    ),
  ])
  func outputsDoNotMeetOtherFiles(text: String, expected: String) throws {
    #expect(try pipelineProblems(text + "\nversion: 1\n") == [expected])
  }

  @Test func outputsInAFolderThatIsReadAreRefused() throws {
    let problems = try pipelineProblems(
      "version: 1\nmodel: m\nscore: {files: one, output_folder: one/}")
    #expect(
      problems
        == ["x", "y"].map {
          "3:36: one//\($0).scores.csv would be an input of score at the next run; name another folder"
        })
  }

  @Test(arguments: [
    ("train: {files: [a.csv, gone.csv]}", "1:24: gone.csv: no such file, needed by train"),
    ("train: {files: 'gone*.csv'}", "1:16: gone*.csv: no file matches"),
    ("model: gone\nscore: {files: a.csv, output: o}", "1:8: gone: no such file, needed by score"),
    (
      "model: m\nscore: {files: a.csv, output: o}\nevaluate: {files: p, output: e}",
      "3:19: p: no such file, needed by evaluate"
    ),
  ])
  func missingInputsAreToldBeforeAnyWork(text: String, expected: String) throws {
    #expect(try pipelineProblems(text + "\nversion: 1\n") == [expected])
    let folder = try pipelineFolder()
    let path = try folder.write("p.yaml", text + "\nversion: 1\n")
    let error = #expect(throws: StillwaterError.self) { _ = try Pipeline(contentsOf: path) }
    #expect(error?.kind == .missingInput)
  }

  @Test func aMissingInputBesideAMistakeIsABadPipeline() throws {
    let folder = try pipelineFolder()
    let path = try folder.write("p.yaml", "version: 1\ntrain: {files: gone.csv, seed: x}\n")
    let error = #expect(throws: StillwaterError.self) { _ = try Pipeline(contentsOf: path) }
    #expect(error?.kind == .badConfiguration)
  }

  @Test func whatAnEarlierStageMakesNeedNotBeThere() throws {
    let text = """
      version: 1
      model: out/m
      train: {files: a.csv}
      calibrate: {files: b.csv, output: out/m2}
      score: {files: b.csv, output: out/s.csv}
      evaluate: {files: out/s.csv, output: out/e.json}
      """
    #expect(try pipelineProblems(text) == [])
  }

  @Test func theFolderOfThePipelineIsNoPattern() throws {
    let folder = try pipelineFolder()
    for name in ["[o]d*/a1.csv", "[o]d*/sub/a2.csv", "odd/a3.csv"] {
      try folder.makeFolder(of: name)
      try folder.write(name, "x\n1\n")
    }
    let text = "version: 1\ntrain: {files: ['a*.csv', 'sub/?2.csv', ../odd]}\n"
    let pipeline = try Pipeline(parsing: text, path: folder.file("[o]d*/p.yaml"))
    let expected = ["[o]d*/a1.csv", "[o]d*/sub/a2.csv", "[o]d*/../odd/a3.csv"].map(folder.file)
    #expect(pipeline.train?.files == expected)
  }

  @Test func namesThatOnlySwiftHoldsEqualAreTwoFiles() throws {
    let folder = try pipelineFolder()
    for name in ["caf\u{E9}.csv", "cafe\u{301}.csv"] { try folder.write(name, "x\n1\n") }
    let text = "version: 1\ntrain: {files: [caf\u{E9}.csv, cafe\u{301}.csv]}\n"
    let pipeline = try Pipeline(parsing: text, path: folder.file("p.yaml"))
    #expect(pipeline.train?.files.count == 2)
  }
}
