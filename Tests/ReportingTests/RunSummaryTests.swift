import Foundation
import Reporting
import Testing

@Suite struct RunSummaryTests {
  private func object(_ summary: RunSummary) throws -> [String: Any] {
    let any = try JSONSerialization.jsonObject(with: Data(summary.json()))
    return try #require(any as? [String: Any])
  }

  @Test func keysAreThoseThatScriptsRelyOn() throws {
    var summary = RunSummary(command: "score", version: "1.2.3")
    (summary.rowsIn, summary.rowsScored, summary.rowsQuarantined) = (12, 10, 2)
    (summary.missingValues, summary.anomalies, summary.modelSha256) = (3, 1, "ab")
    summary.inputs = [RunSummary.Input(path: "a.csv", sha256: "cd", rows: 10)]
    summary.timings = ["score": 0.5]
    let object = try object(summary)
    for (key, value) in [
      ("rows_in", 12), ("rows_scored", 10), ("rows_quarantined", 2), ("missing_values", 3),
      ("anomalies", 1),
    ] { #expect(object[key] as? Int == value, "\(key)") }
    #expect(object["warnings"] as? [String] == [])
    #expect(object["model_sha256"] as? String == "ab")
    #expect((object["inputs"] as? [[String: Any]])?.first?["sha256"] as? String == "cd")
    #expect(object["final_loss"] == nil && object["rows_used"] == nil)
  }

  @Test func lossOfTrainingIsAtTheTop() throws {
    var summary = RunSummary(command: "train", version: "1")
    (summary.rowsUsed, summary.finalLoss) = (40, 0.25)
    let object = try object(summary)
    #expect(object["rows_used"] as? Int == 40 && object["final_loss"] as? Double == 0.25)
  }

  @Test func textEndsWithALineEndAndKeysAreSorted() {
    let text = String(decoding: RunSummary(command: "train", version: "1").json(), as: UTF8.self)
    #expect(text.hasSuffix("}\n"))
    let keys = text.split(separator: "\n").compactMap { line in
      line.hasPrefix("  \"") ? line.dropFirst(3).prefix { $0 != "\"" } : nil
    }
    #expect(keys == keys.sorted())
  }
}
