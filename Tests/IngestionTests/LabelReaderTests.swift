import Ingestion
import Testing

@Suite struct LabelReaderTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test(
    arguments: [
      ("1", true), ("1.0", true), ("0", false), ("0.0", false), ("yes", nil), ("", nil),
      ("01", nil), ("2", nil), ("true", nil), (" 1", nil),
    ] as [(String, Bool?)])
  func onesAndZerosAreLabels(text: String, expected: Bool?) {
    #expect(LabelReader().isAnomaly(text.utf8) == expected)
  }

  @Test func namedTextIsTheAnomalyByItsBytes() {
    let reader = LabelReader(positive: "\u{E9}")
    #expect(reader.isAnomaly("\u{E9}".utf8) == true)
    #expect(reader.isAnomaly("e\u{301}".utf8) == false && reader.isAnomaly("1".utf8) == false)
  }

  @Test func badAndMissingLabelsAreDamageOfTheirRows() throws {
    let path = try workspace.file(Array("l,n\n1,1\nmaybe,2\n,3\n0,4\n".utf8))
    let plan: [ReadingPlan.Reading] = [.label(LabelReader()), .number]
    let kept = outcome(path: path, policy: .quarantine(maximum: nil), plan: plan)
    #expect(kept.columns == [["1", "0"], ["1.0", "4.0"]])
    #expect(kept.rejected.map(\.line) == [3, 4])
    #expect(kept.rejected.map(\.damage) == [.notALabel(text: "maybe"), .missingLabel])
    guard case .badRow(let row, _) = outcome(path: path, plan: plan).error else {
      Issue.record("accepted")
      return
    }
    #expect(row.column == "l" && row.line == 3)
    #expect(
      row.reason
        == "found the label \"maybe\", expected 0 or 1; name the text of an anomaly with --positive-label"
    )
  }
}
