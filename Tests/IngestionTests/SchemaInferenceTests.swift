import Ingestion
import Tabular
import Testing

@Suite struct SchemaInferenceTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Infers a file of one column of these cells beside a constant one.
  private func profile(_ cells: [String], dialect: CSVDialect = CSVDialect()) throws
    -> ColumnProfile
  {
    let text = "x,one\n" + cells.map { "\"\($0)\",1\n" }.joined()
    var reader = try TableReader(path: try workspace.file(Array(text.utf8)), dialect: dialect)
    return try reader.inferSchema().profiles[0]
  }

  private static func texts(
    _ range: Range<Int>, _ text: (Int) -> String = { "\($0)" }
  ) -> [String] {
    range.map(text)
  }

  private static func copies(_ text: String, _ count: Int) -> [String] {
    Array(repeating: text, count: count)
  }

  @Test(arguments: [
    (["1", "2.5", "", "-3e2"], ColumnKind.number), (["1", "2", "x"], .number),
    (["1", "1", "2", "x"], .number),
    (["1", "1", "1", "2", "x"], .category),
    (["red", "blue"], .category),
    (["2024-01-01", "2024-01-02T10:00Z", "NA"], .time), (["2024-01-01", "7"], .category),
    (["", "NA"], .number), (["true", "false"], .category), (["inf", "1"], .category),
    (["0x1A"], .category),
    (texts(0..<19) + ["oops"], .number), (texts(0..<18) + ["x", "y"], .number),
    (texts(0..<30) + copies("?", 20), .number), (texts(0..<30) + copies("?", 30), .category),
    (copies("2024-01-01", 19) + ["soon"], .time),
    (texts(0..<20), .identifier), (texts(0..<19), .number), (texts(5..<40), .identifier),
    (texts(0..<20) { "\($0 * 2)" }, .number), (texts(0..<20) { "k\($0)" }, .identifier),
    (texts(0..<19) { "k\($0)" }, .category), (texts(0..<40) { "k\($0 % 30)" }, .category),
    (texts(0..<40) { "\($0 == 9 ? 10 : $0)" }, .number),
    (copies(String(repeating: "word ", count: 20), 20), .identifier),
  ])
  func tellsKinds(cells: [String], kind: ColumnKind) throws {
    #expect(try profile(cells).kind == kind)
  }

  @Test(arguments: [
    (["3", "3.0", "3"], true), (["3", "", "3"], false), (["a", "a"], true), (["a", "A"], false),
    (["NA"], false),
  ])
  func tellsConstants(cells: [String], isConstant: Bool) throws {
    #expect(try profile(cells).isConstant == isConstant)
  }

  @Test func describesAColumn() throws {
    let found = try profile(["1", "2", "", "2", "-7.5", "null"])
    #expect(
      (found.missing, found.distinct, found.minimum, found.maximum, found.mean)
        == (2, 3, -7.5, 2, -0.625))
    #expect(found.examples == ["1", "2", "-7.5"])
    #expect(found.exampleLines == [2, 3, 6])
  }

  @Test func givesNoMeanToTextAndSurvivesTheLargestNumbers() throws {
    #expect(try profile(["a"]).mean == nil)
    #expect(try profile(["1.7e308", "1.7e308"]).mean == 1.7e308)
  }

  @Test func describesTheNumbersAmongDamage() throws {
    let found = try profile((0..<39).map { "\($0 % 4)" } + ["oops"])
    #expect((found.minimum, found.maximum, found.isConstant) == (0, 3, false))
    #expect(found.mean == Double(9 * 6 + 3) / 39)
    #expect(try !profile(Array(repeating: "1", count: 39) + ["oops"]).isConstant)
  }

  @Test func readsNumbersOfTheDialect() throws {
    let dialect = CSVDialect(decimal: .comma, nullValues: ["-99"])
    #expect(try profile(["1,5", "-99"], dialect: dialect).kind == .number)
    #expect(try profile(["1,5", "-99"], dialect: dialect).missing == 1)
    #expect(try profile(["1,5"]).kind == .category)
  }

  @Test func stopsAtTheLimitOfRowsAndSaysSo() throws {
    let text = "x\n" + String(repeating: "1\n", count: 50) + "word\n"
    let path = try workspace.file(Array(text.utf8))
    var short = try TableReader(path: path, limits: ReadingLimits(blockBytes: 8))
    let inferred = try short.inferSchema(limits: InferenceLimits(rows: 30))
    #expect(
      (inferred.rows, inferred.isWholeFile, inferred.profiles[0].kind) == (30, false, .number))
    var whole = try TableReader(path: path, limits: ReadingLimits(blockBytes: 8))
    #expect(try whole.inferSchema().isWholeFile)
  }

  @Test func hintsWhenALaterCellDoesNotFit() throws {
    let text = "x\n" + String(repeating: "1\n", count: 50) + "word\n"
    let path = try workspace.file(Array(text.utf8))
    var reader = try TableReader(path: path)
    let inferred = try reader.inferSchema(limits: InferenceLimits(rows: 30))
    let plan = ReadingPlan(schema: inferred.schema)
    let row = RejectedRow(
      file: path, line: 52, column: "x", damage: .notANumber(text: "word"),
      bytes: Array("word".utf8))
    #expect(throws: IngestionError.badRow(row, delimiterGuess: nil)) { try reader.next(plan) }
  }

  @Test func makesASchemaAndAPlan() throws {
    let rows = (0..<20).map { "\($0),\($0 % 3),k\($0 % 2),2024-01-01\n" }.joined()
    let path = try workspace.file(Array(("id,n,c,t\n" + rows).utf8))
    var reader = try TableReader(path: path)
    var schema = try reader.inferSchema().schema
    #expect(schema.columns.map(\.kind) == [.identifier, .number, .category, .time])
    #expect(schema.columns.map(\.role) == [.ignored, .feature, .feature, .ignored])
    #expect(schema.columns.map(\.isConstant) == [false, false, false, true])
    schema.columns[3].role = .time
    let names = ReadingPlan(schema: schema).columns.map { "\($0.name) \($0.reading)" }
    #expect(names == ["n number", "c category", "t time"])
  }
}
