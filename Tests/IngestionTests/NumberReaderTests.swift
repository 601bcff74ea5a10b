import Ingestion
import TestSupport
import Testing

@Suite struct NumberReaderTests {
  private func read(_ text: String, decimal: CSVDialect.Decimal = .point) -> NumberReader.Reading {
    NumberReader(decimal: decimal.byte).read(Array(text.utf8)[...])
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", -0.0), ("+1", 1), ("1.5", 1.5), (".5", 0.5), ("5.", 5), ("-.5e1", -5),
      ("1e3", 1000), ("1E+3", 1000), ("1e-3", 0.001), (" 7\t", 7), ("007", 7), ("1e-400", 0),
      ("4.9e-324", .leastNonzeroMagnitude),
      ("2.2250738585072011e-308", .leastNormalMagnitude.nextDown),
      ("1.7976931348623157e308", .greatestFiniteMagnitude), ("0e999999999999999999999", 0),
      ("9007199254740993", 9_007_199_254_740_992),
      ("123456789012345678901234567890", 1.2345678901234568e29),
      ("0.000000000000000000000000000000000000001", 1e-39), ("1e23", 1e23), ("8.5e22", 8.5e22),
    ] as [(String, Double)])
  func readsNumbers(text: String, expected: Double) {
    guard case .number(let value) = read(text) else {
      Issue.record("\(text) was not read as a number")
      return
    }
    #expect(value.bitPattern == expected.bitPattern)
  }

  @Test(arguments: [
    "0x1A", "0x1p3", "inf", "-inf", "Infinity", "nan", "nan(7)", "NaN", "1,5", "1.5abc", "1_000",
    "1 000", "--1", "+-1", "+", "-", ".", "e5", "1e", "1e+", "1.2.3", "١", "1f", "1d5", "$1", "1%",
    "1e5.5", "\u{A0}1", "1\n",
  ])
  func refusesEverythingElse(text: String) {
    #expect(read(text) == .malformed)
  }

  @Test(arguments: ["1e400", "-1e309", "1.8e308", "1e99999999999999999999"])
  func refusesNumbersBeyondADouble(text: String) {
    #expect(read(text) == .tooLarge)
  }

  @Test(arguments: ["", " ", "\t "])
  func tellsEmptyCells(text: String) {
    #expect(read(text) == .empty)
  }

  @Test(arguments: [
    ("1,5", 1.5), ("-0,25e2", -25), ("1234567890123456789012,5", 1234567890123456789012.5),
    ("3", 3),
  ])
  func readsDecimalCommas(text: String, expected: Double) {
    #expect(read(text, decimal: .comma) == .number(expected))
    #expect(read("1.5", decimal: .comma) == .malformed)
  }

  @Test func agreesWithTheStandardLibraryOnRandomDecimals() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<20_000 {
      var text = Bool.random(using: &generator) ? "-" : ""
      text += String(decoding: generator.text(upTo: 22, from: "0123456789"), as: UTF8.self)
      if Bool.random(using: &generator) {
        text += "." + String(decoding: generator.text(upTo: 22, from: "0123456789"), as: UTF8.self)
      }
      if Int.random(in: 0..<3, using: &generator) == 0 {
        text += "e\(Int.random(in: -340...300, using: &generator))"
      }
      guard case .number(let value) = read(text) else { continue }
      #expect(
        value.bitPattern == Double(text.hasSuffix(".") ? text + "0" : text)?.bitPattern, "\(text)")
    }
  }

  @Test func readsBackEveryDoubleItIsShown() {
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      #expect(read("\(value)") == .number(value))
    }
  }
}
