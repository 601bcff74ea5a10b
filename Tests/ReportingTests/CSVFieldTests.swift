import Reporting
import TestSupport
import Testing

@Suite struct CSVFieldTests {
  @Test(arguments: [
    ("", ""), ("plain", "plain"), ("a b", "a b"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""),
    ("\"", "\"\"\"\""), ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), (" a", "\" a\""),
    ("a\t", "\"a\t\""), ("é;ü", "é;ü"), ("'a'", "'a'"),
  ])
  func textIsQuotedOnlyWhenNeeded(text: String, expected: String) {
    var record: [UInt8] = []
    CSVField.append(text, to: &record)
    #expect(String(decoding: record, as: UTF8.self) == expected)
  }

  @Test func otherDelimitersAreQuotedInstead() {
    var record: [UInt8] = []
    CSVField.append("a,b", to: &record, delimiter: UInt8(ascii: ";"))
    CSVField.append("a;b", to: &record, delimiter: UInt8(ascii: ";"))
    #expect(String(decoding: record, as: UTF8.self) == "a,b\"a;b\"")
  }

  @Test func bytesThatAreNoTextStayAsTheyAre() {
    var record: [UInt8] = []
    CSVField.append([0xFF, 0x2C, 0x00] as [UInt8], to: &record)
    #expect(record == [0x22, 0xFF, 0x2C, 0x00, 0x22])
  }

  @Test(
    arguments: [
      (0.1, "0.1"), (-0.0, "-0.0"), (1, "1.0"), (1e300, "1e+300"),
      (.leastNonzeroMagnitude, "5e-324"),
      (0.1 + 0.2, "0.30000000000000004"), (.infinity, "inf"), (.nan, ""),
    ] as [(Double, String)])
  func doublesAreWrittenInFewestDigits(number: Double, expected: String) {
    var record: [UInt8] = []
    CSVField.append(number, to: &record)
    #expect(String(decoding: record, as: UTF8.self) == expected)
  }

  @Test func floatsComeBackBitForBit() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<2000 {
      let pattern = UInt32(truncatingIfNeeded: generator.next())
      let number = Float(bitPattern: pattern)
      guard !number.isNaN else { continue }
      var record: [UInt8] = []
      CSVField.append(number, to: &record)
      let text = String(decoding: record, as: UTF8.self)
      #expect(Float(text)?.bitPattern == pattern, "\(text)")
    }
  }

  @Test func wholeNumbersAreWrittenInFull() {
    var record: [UInt8] = []
    for number in [0, -1, Int.min, Int.max] {
      CSVField.append(number, to: &record)
      record.append(0x2C)
    }
    #expect(
      String(decoding: record, as: UTF8.self)
        == "0,-1,-9223372036854775808,9223372036854775807,")
  }
}
