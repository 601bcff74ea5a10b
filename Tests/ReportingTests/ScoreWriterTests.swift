import Files
import Ingestion
import Reporting
import TestSupport
import Testing

/// Scored rows as CSV and as NDJSON, written out in full.
@Suite struct ScoreWriterTests {
  private static let input = "id,x,name\n7,1.5,\"a, b\"\n8,2, \"say \"\"hi\"\"\"\n"

  /// How rows are written, and what was found out about them.
  private struct Writing {
    var keep = KeptColumns.all
    var format = ScoreFormat.csv
    var prefix = ""
    var explained: [String] = []
    var keys = ["id"]
    var dialect = CSVDialect()
    var isSeries = false
    var findings = [
      Finding(
        line: 2, score: 0.5, ratio: 0.25, pValue: 0.5, isAnomaly: false, event: nil,
        topColumns: [], expected: []),
      Finding(
        line: 3, score: 12.25, ratio: 6, pValue: 0.01, isAnomaly: true, event: nil,
        topColumns: [
          Finding.Blame(column: "x", share: 0.756), Finding.Blame(column: "name", share: 0.244),
        ], expected: []),
    ]

    /// What comes of input files, all of whose rows get the findings.
    func written(_ inputs: String...) throws -> String {
      let folder = try Workdir()
      let file = try OutputFile(path: folder.file("out"))
      var writer = ScoreWriter(
        file: file, keep: keep, format: format, prefix: prefix, explained: explained, keys: keys,
        dialect: dialect, isSeries: isSeries)
      for (number, text) in inputs.enumerated() {
        let path = try folder.write("\(number).csv", text)
        var reader = try TableReader(path: path, dialect: dialect)
        try writer.begin(path: "\(number).csv", names: reader.header, bytes: reader.headerBytes)
        let plan = ReadingPlan(
          columns: reader.header.map { .init(name: $0, reading: .category) })
        while let chunk = try reader.next(plan) { try writer.write(chunk, findings) }
      }
      try file.commit()
      return try folder.read("out")
    }
  }

  private static let added = "line,score,ratio,p_value,anomaly,top_columns"

  @Test func columnsOfTheInputStayAsTheyStand() throws {
    #expect(
      try Writing().written(Self.input) == """
        id,x,name,\(Self.added)
        7,1.5,"a, b",2,0.5,0.25,0.5,0,
        8,2, "say ""hi""\",3,12.25,6.0,0.01,1,x:0.76 name:0.24

        """)
  }

  @Test(arguments: [
    (KeptColumns.keys, "id,\(added)\n7,2,0.5,0.25,0.5,0,\n8,3,12.25,6.0,0.01,1,x:0.76 name:0.24\n"),
    (.none, "\(added)\n2,0.5,0.25,0.5,0,\n3,12.25,6.0,0.01,1,x:0.76 name:0.24\n"),
  ])
  func columnsCanBeLeftOut(keep: KeptColumns, expected: String) throws {
    #expect(try Writing(keep: keep).written(Self.input) == expected)
  }

  @Test func eachRowIsAnObjectOfItsOwn() throws {
    #expect(
      try Writing(format: .ndjson).written(Self.input) == #"""
        {"id":"7","x":"1.5","name":"a, b","line":2,"score":0.5,"ratio":0.25,"p_value":0.5,"anomaly":0,"top_columns":[]}
        {"id":"8","x":"2","name":"say \"hi\"","line":3,"score":12.25,"ratio":6.0,"p_value":0.01,"anomaly":1,"top_columns":[{"column":"x","share":0.76},{"column":"name","share":0.24}]}

        """#)
  }

  @Test func objectsOfKeysAloneHoldNothingElse() throws {
    let lines = try Writing(keep: .keys, format: .ndjson).written(Self.input).split(separator: "\n")
    #expect(lines[0].hasPrefix(#"{"id":"7","line":2,"#))
    let bare = try Writing(keep: .none, format: .ndjson).written(Self.input)
    #expect(bare.hasPrefix(#"{"line":2,"#))
  }

  @Test func rowsOfASeriesNameTheirEvent() throws {
    var writing = Writing(keep: .none, isSeries: true)
    writing.findings[1].event = "e1"
    #expect(
      try writing.written(Self.input)
        == "\(Self.added),event\n2,0.5,0.25,0.5,0,,\n3,12.25,6.0,0.01,1,x:0.76 name:0.24,e1\n")
    writing.format = .ndjson
    let lines = try writing.written(Self.input).split(separator: "\n")
    #expect(lines[0].hasSuffix(#","event":""}"#) && lines[1].hasSuffix(#","event":"e1"}"#))
  }

  @Test func expectedValuesFollowInTheOrderOfTheirNames() throws {
    var writing = Writing(keep: .none, explained: ["x", "a,b"])
    for index in writing.findings.indices { writing.findings[index].expected = ["1.4", "c,d"] }
    let lines = try writing.written(Self.input).split(separator: "\n")
    #expect(lines[0] == "\(Self.added),expected_x,\"expected_a,b\"")
    #expect(lines[1] == "2,0.5,0.25,0.5,0,,1.4,\"c,d\"")
    writing.format = .ndjson
    #expect(try writing.written(Self.input).contains(#","expected":{"x":"1.4","a,b":"c,d"}}"#))
  }

  @Test func aPrefixComesBeforeAllThatIsAdded() throws {
    var writing = Writing(keep: .none, prefix: "sw_", explained: ["x"], isSeries: true)
    for index in writing.findings.indices { writing.findings[index].expected = ["1"] }
    #expect(
      try writing.written(Self.input).hasPrefix(
        "sw_line,sw_score,sw_ratio,sw_p_value,sw_anomaly,sw_top_columns,sw_event,sw_expected_x\n"))
    writing.format = .ndjson
    #expect(try writing.written(Self.input).hasPrefix(#"{"sw_line":2,"sw_score":0.5,"#))
  }

  @Test func numbersHaveTheDecimalMarkOfTheFile() throws {
    let writing = Writing(dialect: CSVDialect(delimiter: .semicolon, decimal: .comma))
    #expect(
      try writing.written("id;x\n7;1,5\n8;2\n") == """
        id;x;line;score;ratio;p_value;anomaly;top_columns
        7;1,5;2;0,5;0,25;0,5;0;
        8;2;3;12,25;6,0;0,01;1;x:0.76 name:0.24

        """)
  }

  @Test(
    arguments: [
      (0, "0.00"), (0.004, "0.00"), (0.005, "0.01"), (0.05, "0.05"), (0.5, "0.50"), (0.994, "0.99"),
      (0.995, "1"), (1, "1"),
    ] as [(Float, String)])
  func sharesHaveTwoDecimals(share: Float, expected: String) throws {
    var writing = Writing(keep: .none)
    writing.findings = [writing.findings[0]]
    writing.findings[0].topColumns = [Finding.Blame(column: "x", share: share)]
    #expect(try writing.written("id\n7\n").hasSuffix(",0,x:\(expected)\n"))
  }

  /// What is shown is text, whatever bytes it is made of.
  @Test func namesAreQuotedAndEscaped() throws {
    var writing = Writing(keep: .none)
    writing.findings = [writing.findings[0]]
    writing.findings[0].topColumns = [Finding.Blame(column: "a,\"b\"", share: 1)]
    #expect(try writing.written("id\n7\n").hasSuffix(",\"a,\"\"b\"\":1\"\n"))
    writing.format = .ndjson
    writing.findings[0].topColumns = [Finding.Blame(column: "\u{1}\n\\\u{7f}\u{E9}", share: 1)]
    #expect(
      try writing.written("id\n7\n").hasSuffix(
        #"[{"column":"\u0001\u000a\\\u007f\#u{E9}","share":1}]}"# + "\n"))
  }

  @Test func aColumnOfTheNameOfAnAddedOneIsRefused() throws {
    let input = "id,score\n7,1\n"
    #expect(throws: ReportingError.nameClash(path: "0.csv", column: "score")) {
      try Writing().written(input)
    }
    #expect(throws: ReportingError.nameClash(path: "0.csv", column: "sw_line")) {
      try Writing(prefix: "sw_").written("id,sw_line\n7,1\n")
    }
    // It does not matter where it is left out.
    #expect(try Writing(keep: .keys).written(input).hasPrefix("id,\(Self.added)\n"))
    #expect(try Writing(prefix: "sw_").written(input).hasPrefix("id,score,sw_line"))
  }

  @Test func laterFilesHaveTheHeaderOfTheFirst() throws {
    let (first, turned) = ("id,x\n7,1\n8,2\n", "x,id\n3,9\n4,10\n")
    #expect(throws: ReportingError.otherHeader(path: "1.csv")) {
      try Writing().written(first, turned)
    }
    #expect(try Writing().written(first, first).split(separator: "\n").count == 5)
    // Keys are found by their name in each.
    let keys = try Writing(keep: .keys).written(first, turned).split(separator: "\n")
    #expect(keys.map { $0.prefix { $0 != "," } } == ["id", "7", "8", "9", "10"])
    let bare = try Writing(keep: .none).written(first, turned).split(separator: "\n")
    #expect(bare.count == 5)
  }

  /// Swift takes them for equal.
  @Test func keysAreComparedByteByByte() throws {
    let writing = Writing(keep: .keys, keys: ["\u{E9}"])
    #expect(
      try writing.written("e\u{301},\u{E9}\n7,1\n8,2\n").hasPrefix("\u{E9},\(Self.added)\n1,"))
  }

  @Test func refusalsSayWhatToDo() {
    #expect(
      "\(ReportingError.nameClash(path: "t.csv", column: "score"))"
        == "t.csv:1:score: the file has a column of the name that the result would get; rename the "
        + "result's with --prefix")
    #expect(
      "\(ReportingError.otherHeader(path: "t.csv"))"
        == "t.csv:1: its header is not that of the first file; score files of different columns one "
        + "by one, or with --keep none")
  }
}
