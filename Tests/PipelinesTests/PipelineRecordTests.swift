import Pipelines
import Stillwater
import TestSupport
import Testing

@Suite struct PipelineRecordTests {
  private let identity = StageIdentity(
    version: "1.0", stage: "score", settings: ["keep": "all", "prefix": ""],
    inputs: [StageRecord.File(name: "a.csv", sha256: "aa"), .init(name: "m", sha256: "bb")])
  private let record = StageRecord(
    stage: "score", fingerprint: "f",
    outputs: [.init(name: "summary", sha256: "2"), .init(name: "output", sha256: "1")])

  /// The bytes that are hashed, written down by hand: SHA-256 by `printf ... | sha256sum`.
  @Test func fingerprintIsTheHashOfItsTextsWithTheirLengths() {
    let plain = StageIdentity(version: "1", stage: "train", settings: ["a": "b"], inputs: [])
    // printf '7:stage-11:15:train1:11:a1:b' | sha256sum
    #expect(plain.fingerprint == "dd250bcadf4e6f8a99ca55fc60cee50e18a40226fed97d98f3b9660172c7386d")
  }

  @Test func everyPartDecidesTheFingerprint() {
    var others = [StageIdentity](repeating: identity, count: 8)
    others[0].version = "1.1"
    others[1].stage = "train"
    others[2].settings["keep"] = "none"
    others[3].settings["more"] = ""
    others[4].inputs[0].sha256 = "ab"
    others[5].inputs[0].name = "b.csv"
    others[6].inputs.reverse()
    others[7].settings = ["keep": "allprefix", "": ""]
    let all = Set((others + [identity]).map(\.fingerprint))
    #expect(all.count == 9)
  }

  @Test func aStageIsUpToDateByContentsAlone() {
    func check(_ stage: String, _ fingerprint: String, _ digests: [String: String]) -> Bool {
      record.isUpToDate(stage: stage, fingerprint: fingerprint, needed: ["output", "summary"]) {
        digests[$0]
      }
    }
    #expect(check("score", "f", ["output": "1", "summary": "2", "events": "9"]))
    #expect(!check("train", "f", ["output": "1", "summary": "2"]))
    #expect(!check("score", "g", ["output": "1", "summary": "2"]))
    #expect(!check("score", "f", ["output": "1", "summary": "3"]))
    #expect(!check("score", "f", ["output": "1"]))
  }

  @Test func anOutputThatTheRecordDoesNotKnowIsNotDone() {
    let needed = ["output", "summary", "events"]
    #expect(!record.isUpToDate(stage: "score", fingerprint: "f", needed: needed) { _ in "1" })
  }

  @Test func recordsComeBackAsTheyWereWritten() throws {
    let folder = try Workdir()
    try record.write(to: folder.file("o.stage.json"))
    #expect(StageRecord.read(folder.file("o.stage.json")) == record)
    #expect(record.outputs.map(\.name) == ["output", "summary"])
  }

  @Test(arguments: [
    "", "{", "{}", "[1]", "{\"stage\": 1, \"fingerprint\": \"f\", \"outputs\": []}",
  ])
  func damagedRecordsCountAsNone(text: String) throws {
    let folder = try Workdir()
    #expect(StageRecord.read(try folder.write("r", text)) == nil)
    #expect(StageRecord.read(folder.file("gone")) == nil)
  }
}
