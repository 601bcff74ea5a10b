import Foundation
import TestSupport
import Testing

/// A table of small files that are damaged, odd or ill-meant, each through the real binary.
@Suite(.slow) struct HostileFileTests {
  @Test(arguments: HostileCase.all)
  func isAcceptedRefusedOrSetAsideAsItMustBe(_ testCase: HostileCase) throws {
    try HostileRun(testCase).check()
  }

  @Test func tableIsLargeAndCoversTheRules() throws {
    let names = HostileCase.all.map(\.name)
    #expect(Set(names).count == names.count && names.count >= 170, "\(names.count) cases")
    let covered = Set(HostileCase.all.flatMap(\.rules))
    for rule in (1...18).map({ "R\($0)" }) + ["F2", "F3", "F6", "F7", "F8"] {
      #expect(covered.contains(rule), "\(rule)")
    }
    let article = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Sources/Stillwater/Stillwater.docc/Testing.md")
    let text = try String(contentsOf: article, encoding: .utf8)
    for rule in covered { #expect(text.contains("\n| \(rule) | "), "\(rule) is not explained") }
  }
}
