import Stillwater
import TestSupport
import Testing

/// Whole pipelines through the binary: what is done again, and what is not.
@Suite(.slow) struct PipelineRunTests {
  private func workdir() throws -> Workdir {
    let folder = try Workdir()
    let rows = (0..<200).map { "\($0),\($0 % 13),\(2 * ($0 % 13) + $0 % 3)" }
    let table = (["t,x,y"] + rows).joined(separator: "\n") + "\n"
    for name in ["base.csv", "test.csv"] { try folder.write(name, table) }
    try folder.write(
      "p.yaml",
      """
      version: 1
      model: ./out/m
      columns: {time: t}
      train: {files: base.csv, quality: fast}
      score: {files: test.csv, output: more/../out/s.csv, events: events/e.csv}

      """)
    return folder
  }

  private func done(_ outcome: Workdir.Outcome) -> [String] {
    outcome.errors.split(separator: "\n").filter { $0.contains("up to date") }
      .map { String($0.prefix { $0 != ":" }) }
  }

  @Test func aLostOrChangedProductIsMadeAgain() throws {
    let folder = try workdir()
    try folder.makeFolder(of: "more/x")
    let first = try folder.run("run", "p.yaml")
    #expect(first.code == 0 && done(first) == [], "\(first.errors)")
    for name in ["events/e.csv", "out/s.csv", "out/s.csv.summary.json", "out/s.csv.stage.json"] {
      let before = try folder.read(name)
      try folder.write(name, "changed")
      #expect(done(try folder.run("run", "p.yaml")) == ["train"], "\(name)")
      if !name.hasSuffix("summary.json"), !name.hasSuffix("stage.json") {
        #expect(try folder.read(name) == before)
      }
      #expect(done(try folder.run("run", "p.yaml")) == ["train", "score"], "\(name)")
    }
  }

  @Test func theWorkingDirectoryDoesNotMatter() throws {
    let folder = try workdir()
    try folder.makeFolder(of: "more/x")
    #expect(try folder.run("run", "p.yaml").code == 0)
    #expect(done(try folder.run("run", folder.file("p.yaml"))) == ["train", "score"])
    #expect(done(try folder.run("run", "out/../p.yaml")) == ["train", "score"])
  }

  @Test func whatReadsARenewedFileIsNotUpToDate() throws {
    let folder = try workdir()
    try folder.makeFolder(of: "more/x")
    #expect(try folder.run("run", "p.yaml").code == 0)
    let settled = try folder.run("run", "p.yaml", "--dry-run").output
    #expect(settled.split(separator: "\n").allSatisfy { $0.hasSuffix(" (up to date)") })
    try folder.write("base.csv", try folder.read("base.csv") + "200,1,2\n")
    let plan = try folder.run("run", "p.yaml", "--dry-run").output
    #expect(plan.split(separator: "\n").count == 2 && !plan.contains("up to date"), "\(plan)")
  }

  @Test func badPipelinesEndBeforeAnyWork() throws {
    let folder = try workdir()
    try folder.write("bad.yaml", try folder.read("p.yaml") + "  keep: al\n")
    #expect(try folder.run("run", "bad.yaml").code == 78)
    try folder.write("lost.yaml", "version: 1\ntrain: {files: [base.csv, gone.csv]}\n")
    #expect(try folder.run("run", "lost.yaml").code == 66)
    #expect(try folder.run("run", "gone.yaml").code == 66)
    #expect(!folder.exists("out") && !folder.exists("model.stillwater"))
  }
}
