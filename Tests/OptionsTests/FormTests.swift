import Calibration
import Options
import Testing

@Suite struct FormTests {
  /// The value of a text as its own text again; nil when it is refused.
  private func read<Value>(_ text: String, _ form: Form<Value>) -> String? {
    form.value(of: [text]).flatMap { form.texts(of: $0)?.joined(separator: " ") }
  }

  @Test(arguments: [
    ("0", "0"), ("7", "7"), ("-1", nil), ("1e3", nil), ("0x10", nil), ("", nil), (" 1", nil),
    ("9223372036854775808", nil), ("1001", nil),
  ])
  func wholeNumbers(text: String, expected: String?) {
    #expect(read(text, Form<Int>.whole(0...1_000)) == expected)
  }

  @Test(arguments: [
    ("0.5", "0.5"), ("1e-9", "1e-9"), ("5E-1", "0.5"), ("+.25", "0.25"), ("0", nil), ("nan", nil),
    ("inf", nil), ("0x1p-4", nil), ("1e400", nil), ("0,5", nil), ("", nil),
  ])
  func numbers(text: String, expected: String?) {
    #expect(read(text, Form<Double>.number(1e-9...0.5)) == expected)
  }

  @Test(arguments: [
    ("1048576", "1048576"), ("512M", "536870912"), ("4G", "4294967296"), ("1024K", "1048576"),
    ("1023K", nil), ("4g", nil), ("G", nil), ("-1G", nil), ("9999999999G", nil), ("", nil),
  ])
  func sizes(text: String, expected: String?) {
    #expect(read(text, Form<Int>.size) == expected)
  }

  @Test func wordsAreThoseOfTheEnumeration() {
    #expect(read("best-f1", Form<CalibrationMethod>.choice) == "best-f1")
    #expect(read("Conformal", Form<CalibrationMethod>.choice) == nil)
    #expect(read("true", Form<Bool>.flag) == "true" && read("yes", Form<Bool>.flag) == nil)
  }

  @Test func aScoreIsFinite() {
    #expect(read("-2.5", Form<Float>.score()) == "-2.5")
    for text in ["nan", "inf", "1e39", "-1e39", "x"] {
      #expect(read(text, Form<Float>.score()) == nil, "\(text)")
    }
  }
}
