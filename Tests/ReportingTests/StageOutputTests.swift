import Files
import Foundation
import Ingestion
import Reporting
import TestSupport
import Testing

/// The files of one stage: all or none, the summary last.
@Suite struct StageOutputTests {
  private let folder: Workdir
  private let summary = RunSummary(command: "score", version: "1")
  private let damaged = RejectedRow(
    file: "t.csv", line: 4, column: "x", damage: .nulByte, bytes: Array("a,b".utf8))

  init() throws { folder = try Workdir() }

  private func output(_ name: String = "o.csv", inputs: [String] = []) throws -> StageOutput {
    try StageOutput(path: folder.file(name), rules: OutputRules(), inputs: inputs)
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func nothingHasItsNameBeforeAllIsWritten() throws {
    let output = try output()
    let other = try output.open(also: folder.file("events.csv"))
    try output.file.append("rows\n")
    try other.append("events\n")
    try output.reject([damaged])
    #expect(try names().allSatisfy { $0.hasPrefix(".") })
    try output.commit(summary)
    #expect(
      try names() == ["events.csv", "o.csv", "o.csv.rejects.csv", "o.csv.summary.json"])
    #expect(try folder.read("o.csv") == "rows\n" && folder.read("events.csv") == "events\n")
    #expect(
      try folder.read("o.csv.rejects.csv").hasSuffix(
        "\nt.csv,4,x,the cell holds a NUL byte,\"a,b\"\n"))
    #expect(try folder.read("o.csv.summary.json").contains("\"command\" : \"score\""))
  }

  @Test func whatIsLeftUndoneLeavesOldFilesAlone() throws {
    try folder.write("o.csv", "old")
    try folder.write("o.csv.summary.json", "old summary")
    do {
      let output = try output()
      try output.file.append("new")
      try output.reject([damaged])
    }
    #expect(try names() == ["o.csv", "o.csv.summary.json"])
    #expect(try folder.read("o.csv") == "old" && folder.read("o.csv.summary.json") == "old summary")
  }

  @Test func rejectsOfAnEarlierRunGoWhenThereAreNone() throws {
    try folder.write("o.csv.rejects.csv", "old")
    let output = try output()
    try output.reject([])
    try output.commit(summary)
    #expect(try names() == ["o.csv", "o.csv.summary.json"])
  }

  @Test(arguments: ["o.csv", "o.csv.rejects.csv", "o.csv.summary.json"])
  func anInputIsNeverWrittenOver(name: String) throws {
    try folder.write(name, "input")
    #expect(throws: OutputError.self) { try output(inputs: [folder.file(name)]) }
    #expect(try folder.read(name) == "input" && names() == [name])
  }

  @Test func twoOutputsOfOneNameAreRefused() throws {
    let output = try output()
    #expect {
      try output.open(also: folder.file("o.csv"))
    } throws: {
      "\($0)".hasSuffix("o.csv: cannot be created: it is the name of the output as well")
    }
  }

  @Test func aDeviceHasNoFilesBesideIt() throws {
    let output = try StageOutput(path: "/dev/null", rules: OutputRules(), inputs: [])
    try output.file.append("rows\n")
    try output.reject([damaged])
    try output.commit(summary)
    #expect(!FileManager.default.fileExists(atPath: "/dev/null.summary.json"))
  }

  @Test func whatIsThereIsKeptWhereThatIsWanted() throws {
    try folder.write("o.csv", "old")
    var rules = OutputRules()
    rules.existing = .refuse
    #expect(throws: OutputError.self) {
      try StageOutput(path: folder.file("o.csv"), rules: rules, inputs: [])
    }
    #expect(try folder.read("o.csv") == "old")
  }
}
