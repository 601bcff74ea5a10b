import Ingestion
import Testing

@Suite struct RecordScannerTests {
  private func scan(_ bytes: [UInt8], isLast: Bool = true) -> RecordScan {
    RecordScanner(delimiter: 0x2C).scan(bytes.span, from: 0, line: 1, isLast: isLast)
  }

  @Test func seesEveryByteAtEveryPlaceOfALongLine() {
    var wrong: [String] = []
    for byte in UInt8.min...UInt8.max {
      for place in 0..<33 {
        var bytes = [UInt8](repeating: place % 2 == 0 ? 0x23 : 0x7F, count: 33)
        bytes[place] = byte
        let found = scan(bytes)
        let endsLine = byte == 0x0A || byte == 0x0D
        let isRight =
          found.needsTextCheck == (byte == 0 || byte >= 128)
          && found.endsInQuotes == (byte == 0x22)
          && found.nextLine == (endsLine ? 2 : 1)
          && found.starts.count == (endsLine && place > 0 && place < 32 ? 2 : 1)
        if !isRight { wrong.append("byte \(byte) at \(place)") }
      }
    }
    #expect(wrong.isEmpty)
  }

  @Test(arguments: [
    ("a\nb", 2, [0], [1], 2), ("a\r", 0, [], [], 1), ("a\r\nb", 3, [0], [1], 2),
    ("a\rb", 2, [0], [1], 2), ("\"a\n\"", 0, [], [], 1), ("\n \nb\nc", 5, [3], [4], 4),
    ("\"a\nb\"\nc", 6, [0], [5], 3), ("", 0, [], [], 1),
  ])
  func leavesAnUnfinishedRecordForTheNextScan(
    text: String, consumed: Int, starts: [Int], ends: [Int], nextLine: Int
  ) {
    let found = scan(Array(text.utf8), isLast: false)
    #expect(found.consumed == consumed)
    #expect(found.starts == starts)
    #expect(found.ends == ends)
    #expect(found.nextLine == nextLine)
    #expect(!found.endsUnterminated)
  }

  @Test(arguments: [
    ("a\n", false), ("a", true), ("a\n\n", false), ("a\r", false), ("a\n \t", false),
  ])
  func tellsWhetherTheLastRecordIsTerminated(text: String, endsUnterminated: Bool) {
    #expect(scan(Array(text.utf8)).endsUnterminated == endsUnterminated)
  }

  @Test func countsABlankLineOfTabsOnlyWhenTheTabIsNoDelimiter() {
    let bytes = Array("\t\n".utf8)
    #expect(scan(bytes).blankLines == 1)
    let tabbed = RecordScanner(delimiter: 0x09).scan(bytes.span, from: 0, line: 1, isLast: true)
    #expect((tabbed.blankLines, tabbed.starts.count) == (0, 1))
  }
}
