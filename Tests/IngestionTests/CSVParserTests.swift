import Ingestion
import TestSupport
import Testing

@Suite struct CSVParserTests {
  private func twinAgrees(_ bytes: [UInt8], delimiter: UInt8 = 0x2C) -> Bool {
    let twin = CSVTwin.parse(bytes, delimiter: delimiter)
    let scan = RecordScanner(delimiter: delimiter)
      .scan(bytes.span, from: 0, line: 1, isLast: true)
    let (grid, fault) = CSVParser(delimiter: delimiter).parse(bytes, in: 0..<bytes.count)
    let cells = (0..<grid.recordCount).map { record in
      (0..<grid.cellCount(of: record)).map { Array(grid.cell(record: record, column: $0)) }
    }
    guard cells == twin.records.map(\.cells) else { return false }
    guard Array(scan.lines.prefix(cells.count)) == twin.records.map(\.line) else { return false }
    switch twin.fault {
    case nil: return fault == nil && scan.starts.count == cells.count
    case .strayQuote(let position, let record, let column):
      return fault
        == ParsingFault(kind: .strayQuote, position: position, record: record, column: column)
    case .openQuote(let record, let column):
      return fault
        == ParsingFault(kind: .openQuote, position: bytes.count, record: record, column: column)
    }
  }

  @Test(arguments: [",\"\n\r a1", ",\"\n", ",\"\r\n\t x", "\"\n\r,", "a,\n\r \t"])
  func agreesWithThePlainTwin(alphabet: String) {
    for seed in UInt64(0)..<3000 {
      var generator = SeededGenerator(seed: seed)
      let bytes = generator.text(upTo: 24, from: alphabet)
      #expect(
        twinAgrees(bytes),
        "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
  }

  @Test(arguments: CSVDialect.Delimiter.allCases)
  func agreesWithThePlainTwinForEachDelimiter(delimiter: CSVDialect.Delimiter) {
    for seed in UInt64(0)..<2000 {
      var generator = SeededGenerator(seed: seed)
      let bytes = generator.text(upTo: 16, from: ",;\t|\" \nab")
      #expect(twinAgrees(bytes, delimiter: delimiter.byte), "seed \(seed)")
    }
  }

  @Test(arguments: [
    ("a,b\n", [["a", "b"]]), ("a,b", [["a", "b"]]), (" a\t,b \n", [["a", "b"]]),
    ("\" a \",b\n", [[" a ", "b"]]), ("\"x\"\"y\"\n", [["x\"y"]]),
    ("\"a\nb\",c\n", [["a\nb", "c"]]),
    ("\n\na\n \n\t\nb\n", [["a"], ["b"]]), ("a,\n", [["a", ""]]), (",\n", [["", ""]]),
    ("\"\"\n", [[""]]), ("a\rb\r\nc", [["a"], ["b"], ["c"]]), ("", []),
    ("\"a\" ,b\n", [["a", "b"]]),
  ])
  func readsCells(text: String, expected: [[String]]) {
    let bytes = Array(text.utf8)
    let (grid, fault) = CSVParser(delimiter: 0x2C).parse(bytes, in: 0..<bytes.count)
    let cells = (0..<grid.recordCount).map { record in
      (0..<grid.cellCount(of: record)).map {
        String(decoding: grid.cell(record: record, column: $0), as: UTF8.self)
      }
    }
    #expect(fault == nil)
    #expect(cells == expected)
  }

  @Test(arguments: [127, 128, 129, 255, 256, 257, 65_535, 65_536, 65_537, 1 << 20])
  func readsCellsThatFillTheBufferExactly(length: Int) throws {
    let bytes = [UInt8](repeating: 0x61, count: length) + Array(",b\n".utf8)
    let (grid, fault) = CSVParser(delimiter: 0x2C).parse(bytes, in: 0..<bytes.count)
    try #require(fault == nil)
    #expect(grid.cell(record: 0, column: 0).count == length)
    #expect(Array(grid.cell(record: 0, column: 1)) == [0x62])
  }

  @Test func stopsACellBeyondOneMebibyte() {
    let bytes = Array("a,\"".utf8) + [UInt8](repeating: 0x61, count: 3 << 20)
    let fault = CSVParser(delimiter: 0x2C).parse(bytes, in: 0..<bytes.count).fault
    #expect(fault?.kind == .cellTooLong)
    #expect(fault?.column == 1)
  }
}
