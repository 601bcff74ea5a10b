import Foundation
import Ingestion
import Tabular
import Testing

@Suite struct TableReaderTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func read(
    _ text: String, dialect: CSVDialect = CSVDialect(), policy: BadRowPolicy = .fail,
    plan: [ReadingPlan.Reading] = []
  ) throws -> Outcome {
    outcome(
      path: try workspace.file(Array(text.utf8)), dialect: dialect, policy: policy, plan: plan)
  }

  /// The message without the folder.
  private func message(_ outcome: Outcome) -> String {
    (outcome.error?.description ?? "").replacingOccurrences(of: workspace.folder + "/", with: "")
  }

  @Test func readsNumbersCategoriesAndTimes() throws {
    let found = try read(
      "n,c,t\n1.5,red,1970-01-01\n,blue,1\nNA,N/A,2\n+2e1,red,1970-01-01T00:00:03Z\n",
      plan: [.number, .category, .time])
    #expect(found.columns[0] == ["1.5", "missing", "missing", "20.0"])
    #expect(found.columns[1] == ["red", "blue", "missing", "red"])
    #expect(found.columns[2] == ["0", "1000000000", "2000000000", "3000000000"])
    #expect(found.missing == [2, 1, 0])
    #expect(found.lines == [2, 3, 4, 5])
    #expect(found.error == nil)
  }

  @Test func listsLevelsInOrderOfAppearanceWithoutMissingOnes() throws {
    let path = try workspace.file(Array("c\nz\nNA\na\nz\n\"\"\n".utf8))
    var reader = try TableReader(path: path)
    let plan = ReadingPlan(columns: [.init(name: "c", reading: .category)])
    let chunk = try #require(try reader.next(plan))
    #expect(
      chunk.table.columns[0].values == .categories(codes: [0, -1, 1, 0, -1], levels: ["z", "a"]))
  }

  @Test func keepsRecordsAndCellsByteForByte() throws {
    let path = try workspace.file(Array("a,b\n 1 ,\"x\"\"\ny\"\r\n2,z".utf8))
    var reader = try TableReader(path: path)
    let chunk = try #require(try reader.next(ReadingPlan(columns: [])))
    #expect(reader.headerBytes == Array("a,b".utf8))
    #expect(Array(chunk.record(0)) == Array(" 1 ,\"x\"\"\ny\"".utf8))
    #expect(chunk.rawCells(0).map { Array($0) } == [Array(" 1 ".utf8), Array("\"x\"\"\ny\"".utf8)])
    #expect(Array(chunk.record(1)) == Array("2,z".utf8))
    #expect(chunk.lines == [2, 4])
  }

  @Test(arguments: [
    "a,b\n1,x\n2,y\n", "a,b\r\n1,x\r\n2,y\r\n", "a,b\r1,x\r2,y\r", "a,b\r1,x\n2,y",
    "\u{FEFF}a,b\n1,x\n2,y\n",
    "\u{FEFF}\"a\",b\n1,x\n2,y\n", "\n\n a , b\n\n1,x\n \t\n2,y\n\n",
  ])
  func readsTheSameRowsWhateverTheLineEnds(text: String) throws {
    let found = try read(text, plan: [.number, .category])
    #expect(found.columns == [["1.0", "2.0"], ["x", "y"]])
    #expect(found.error == nil)
  }

  @Test func countsLinesThroughBlankOnesAndQuotedNewlines() throws {
    let found = try read("a,b\n\n1,\"x\ry\r\nz\n\"\n \n2,y")
    #expect(found.lines == [3, 8])
    #expect(found.blankLines == 2)
    #expect(found.lacksFinalNewline)
  }

  @Test func readsAHeaderWithoutRows() throws {
    let found = try read("a,b\n")
    #expect(found == Outcome(columns: [[], []], digest: found.digest))
  }

  @Test(arguments: [
    (CSVDialect.Delimiter.semicolon, "a;b\n1,5;x\n"), (.tab, "a\tb\n1,5\tx\n"),
    (.pipe, "a|b\n1,5|x\n"),
    (.comma, "a,b\n\"1,5\",x\n"),
  ])
  func readsOtherDialects(delimiter: CSVDialect.Delimiter, text: String) throws {
    let dialect = CSVDialect(delimiter: delimiter, decimal: .comma, nullValues: ["x"])
    let found = try read(text, dialect: dialect, plan: [.number, .category])
    #expect(found.columns == [["1.5"], ["missing"]])
  }

  @Test(arguments: [
    ("", "t.csv: the file is empty, expected a header line"),
    ("\n \n", "t.csv: the file is empty, expected a header line"),
    ("a,,b\n", "t.csv:1: column 2: the name is blank"),
    ("\n a,b,a \n", "t.csv:2: column 3: the name \"a\" is that of column 1 too"),
    ("a,b\n1,2\n1,2,3\n", "t.csv:3: found 3 cells, but the header has 2"),
    (
      "a,b\n1,x5\" nails\n1,2\n",
      "t.csv:2:b: found a quote inside the cell; a quoted cell doubles its quotes, \"like \"\"this\"\"\""
    ),
    ("a,b\n1,\"2\n3,4\n5,6\n", "t.csv:2:b: the quote that opens here is never closed"),
    ("a,b\n\"1\n\",\"2\n3,4\n", "t.csv:3:b: the quote that opens here is never closed"),
    (
      "a,b\n\"1\n\"x,2\n3,4\n",
      "t.csv:3:a: found a quote inside the cell; a quoted cell doubles its quotes, \"like \"\"this\"\"\""
    ),
    ("a,b\n1,2\u{0}\n", "t.csv:2:b: the cell holds a NUL byte"),
    ("\"a\nb\n", "t.csv:1:1: the quote that opens here is never closed"),
    ("a\u{0},b\n1,2\n", "t.csv: expected UTF-8 text, found binary data"),
    (
      "PK\u{3}\u{4}xx",
      "t.csv: expected UTF-8 text, found a ZIP archive or spreadsheet; export it as CSV"
    ),
    (
      "a;b\n1;2,3\n",
      "t.csv:2: found 2 cells, but the header has 1; the header looks like one with delimiter semicolon, try --delimiter semicolon"
    ),
  ])
  func refusesDamagedFiles(text: String, expected: String) throws {
    #expect(message(try read(text)) == expected)
  }

  @Test(arguments: [
    (
      "1,x\n",
      "t.csv:2:b: expected a number, found \"x\"; if the column holds text, use --categorical; if this means missing, use --null-value"
    ),
    ("1,2\n\n3,1e999\n", "t.csv:4:b: the number \"1e999\" is beyond the range of a double"),
  ])
  func refusesCellsThatAreNoNumbers(rows: String, expected: String) throws {
    #expect(message(try read("a,b\n" + rows, plan: [.number, .number])) == expected)
  }

  @Test(arguments: [
    (
      "2024-02-30",
      "expected a time such as 2024-05-31T23:59:00Z or seconds since 1970, found \"2024-02-30\""
    ),
    ("NA", "the time is missing"),
    ("3000-01-01", "the time \"3000-01-01\" is outside the years 1678 to 2261"),
  ])
  func refusesCellsThatAreNoTimes(cell: String, expected: String) throws {
    #expect(message(try read("t,b\n\(cell),1\n", plan: [.time])) == "t.csv:2:t: " + expected)
  }

  @Test func namesUTF16AndBadUTF8() throws {
    let little = "a,b\n1,2\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    for (bytes, found) in [
      ([0xFF, 0xFE] + little, "UTF-16 (little endian) or UTF-32"),
      (little, "UTF-16 (little endian)"), ([0] + little, "UTF-16 (big endian)"),
    ] as [([UInt8], String)] {
      let path = try workspace.file(bytes)
      #expect(outcome(path: path).error?.description.contains("found " + found) == true)
    }
    let latin = outcome(path: try workspace.file(Array("a,b\n1,caf".utf8) + [0xE9, 0x0A]))
    #expect(message(latin) == "t.csv:2:b: the cell is not valid UTF-8")
  }

  @Test func setsBadRowsAsideAndCountsThem() throws {
    let text = "a,b\n1,x\n2\nq,y\n3,z\nNA,\n"
    let found = try read(text, policy: .quarantine(maximum: nil), plan: [.number])
    #expect(found.columns == [["1.0", "3.0", "missing"], ["x", "z", "missing"]])
    #expect(found.lines == [2, 5, 6])
    #expect(found.missing == [1, 1])
    #expect(found.rejected.map(\.line) == [3, 4])
    #expect(found.rejected.map(\.column) == [nil, "a"])
    #expect(found.rejected.map { String(decoding: $0.bytes, as: UTF8.self) } == ["2", "q,y"])
  }

  @Test func refusesTooManyBadRows() throws {
    let found = try read("a,b\n1\n2\n3\n", policy: .quarantine(maximum: 1))
    #expect(
      message(found) == "t.csv: found 2 bad rows, at most 1 are allowed; the last is "
        + "t.csv:3: found 1 cells, but the header has 2")
  }

  @Test func listsAllMissingColumns() throws {
    let reader = try TableReader(path: try workspace.file(Array("a;b\n1;2\n".utf8)))
    let plan = ReadingPlan(columns: ["a", "b"].map { .init(name: $0, reading: .number) })
    #expect(
      throws: IngestionError.missingColumns(
        path: reader.path, names: ["a", "b"], delimiterGuess: .semicolon)
    ) {
      try reader.parser(for: plan)
    }
  }

  @Test func tellsNamesApartThatSwiftHoldsEqual() throws {
    let found = try read("\u{E9},e\u{301}\n1,2\n", plan: [.number, .number])
    #expect(found.columns == [["1.0"], ["2.0"]])
  }

  @Test func warnsInSentences() throws {
    let path = try workspace.file(Array("t,b,c\n\n2024-01-01,1,2".utf8))
    var reader = try TableReader(path: path)
    let plan = ReadingPlan(columns: [.init(name: "t", reading: .time)])
    while try reader.next(plan) != nil {}
    #expect(
      reader.warnings(knownColumns: ["t"]) == [
        "\(path): unknown columns are ignored: \"b\", \"c\"", "\(path): blank lines skipped: 1",
        "\(path): the last line has no line end; the file may be cut short",
        "\(path): times without a zone were read as UTC",
      ])
  }
}
