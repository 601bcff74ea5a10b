import Tabular
import TestSupport
import Testing

/// Tables that are cut, joined and gathered: whichever way, the rows stay what they are.
@Suite struct TableTests {
  /// A row as text, which does not depend on how levels are numbered.
  private func rows(_ table: Table) -> [[String]] {
    (0..<table.rowCount).map { row in
      table.columns.map { column in
        switch column.values {
        case .numbers(let values): "\(values[row])"
        case .times(let values): "\(values[row])"
        case .categories(let codes, let levels): codes[row] < 0 ? "-" : levels[Int(codes[row])]
        }
      }
    }
  }

  /// Seeded rows; the levels of a category come in the order in which they appear.
  private func table(_ count: Int, seed: UInt64) -> Table {
    var generator = SeededGenerator(seed: seed)
    let texts = ["red", "\u{E9}", "e\u{301}", "", "blue"]
    var (codes, levels) = ([Int32](), [String]())
    for _ in 0..<count {
      let text = generator.index(below: 6)
      guard text < 5 else {
        codes.append(-1)
        continue
      }
      let place = levels.firstIndex { $0.utf8.elementsEqual(texts[text].utf8) } ?? levels.count
      if place == levels.count { levels.append(texts[text]) }
      codes.append(Int32(place))
    }
    return Table(
      columns: [
        Column(name: "x", values: .numbers((0..<count).map { _ in generator.normal() })),
        Column(name: "k", values: .categories(codes: codes, levels: levels)),
        Column(
          name: "t", values: .times((0..<count).map { _ in Int64(generator.index(below: 99)) })),
      ], rowCount: count)
  }

  @Test(arguments: [[3], [1, 4], [5, 0, 2], [40, 30, 1, 7]])
  func joiningPutsRowsBehindRows(counts: [Int]) {
    let parts = counts.enumerated().map { table($0.element, seed: UInt64($0.offset)) }
    let whole = Table.joined(parts)
    #expect(rows(whole) == parts.flatMap { rows($0) })
    #expect(whole.rowCount == counts.reduce(0, +))
    guard case .categories(_, let levels) = whole.columns[1].values else { return }
    #expect(Set(levels.map { Array($0.utf8) }).count == levels.count)
  }

  @Test func joiningNothingIsAnEmptyTable() {
    #expect(Table.joined([]) == Table(columns: [], rowCount: 0))
    let empty = table(0, seed: 1)
    #expect(Table.joined([empty, empty]).rowCount == 0)
  }

  @Test(arguments: [[], [0], [4, 0, 4], Array((0..<20).reversed())] as [[Int]])
  func selectingTakesRowsInTheOrderOfTheList(list: [Int]) {
    let table = table(20, seed: 2)
    #expect(rows(table.selecting(rows: list)) == list.map { rows(table)[$0] })
  }

  @Test(arguments: [1, 3, 7, 50])
  func gatheringChunksIsJoiningThem(size: Int) {
    let whole = table(50, seed: 3)
    var gathered = TableAccumulator()
    for start in stride(from: 0, to: 50, by: size) {
      let range = Array(start..<min(50, start + size))
      // A chunk of a file knows its own levels alone.
      let chunk = Table.joined([whole.selecting(rows: range), table(0, seed: 4)])
      gathered.append(chunk, lines: range.map { 2 * $0 + 2 })
    }
    #expect(rows(gathered.table) == rows(whole) && gathered.rowCount == 50)
    #expect(gathered.lines == (0..<50).map { 2 * $0 + 2 })
  }

  @Test func onlyWantedLinesAreKept() {
    let whole = table(30, seed: 5)
    var gathered = TableAccumulator()
    gathered.append(whole, lines: Array(10..<40))
    gathered.keep { $0 % 7 == 0 }
    #expect(gathered.lines == [14, 21, 28, 35] && gathered.rowCount == 4)
    #expect(rows(gathered.table) == [4, 11, 18, 25].map { rows(whole)[$0] })
    // It goes on where it was.
    gathered.append(whole.selecting(rows: [0]), lines: [99])
    #expect(rows(gathered.table).last == rows(whole)[0])
  }

  /// Swift takes both names for equal.
  @Test func columnsAreFoundByTheirBytes() {
    let values = ColumnValues.numbers([1])
    let table = Table(
      columns: [
        Column(name: "\u{E9}", values: values), Column(name: "e\u{301}", values: .times([7])),
      ],
      rowCount: 1)
    #expect(table.column(named: "e\u{301}")?.values == .times([7]))
    #expect(table.column(named: "\u{E9}")?.values == values && table.column(named: "e") == nil)
  }

  @Test func schemasListTheirColumnsByRole() {
    let schema = Schema(columns: [
      ColumnSchema(name: "t", kind: .time, role: .time),
      ColumnSchema(name: "a", kind: .number, role: .feature),
      ColumnSchema(name: "id", kind: .identifier, role: .ignored),
      ColumnSchema(name: "b", kind: .category, role: .feature, isConstant: true),
    ])
    #expect(schema.features.map(\.name) == ["a", "b"])
    #expect(schema.column(of: .time)?.name == "t" && schema.column(of: .label) == nil)
  }

  @Test func aTableOfUnevenColumnsStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = Table(columns: [Column(name: "x", values: .numbers([1, 2]))], rowCount: 3)
    }
    await #expect(processExitsWith: .failure) {
      var gathered = TableAccumulator()
      let column = { (values: ColumnValues) in
        Table(columns: [Column(name: "x", values: values)], rowCount: 1)
      }
      gathered.append(column(.numbers([1])), lines: [1])
      gathered.append(column(.times([1])), lines: [2])
    }
  }
}
