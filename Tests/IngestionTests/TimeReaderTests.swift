import Ingestion
import Testing

@Suite struct TimeReaderTests {
  private func read(_ text: String, unit: TimeUnit = .seconds) -> TimeReading {
    TimeReader(unit: unit).read(Array(text.utf8)[...])
  }

  @Test(
    arguments: [
      ("1970-01-01", 0, false), ("1970-01-01T00:00:00Z", 0, true), ("1970-01-02", 86_400, false),
      ("2000-02-29T12:00:00Z", 951_825_600, true), ("2024-05-31 23:59:00", 1_717_199_940, false),
      ("2024-05-31T23:59Z", 1_717_199_940, true), ("1969-12-31T23:59:59Z", -1, true),
      ("2024-06-01T01:59:00+02:00", 1_717_199_940, true),
      ("2024-06-01T01:59:00+0200", 1_717_199_940, true),
      ("2024-05-31T18:59:00-05", 1_717_199_940, true),
      ("2016-12-31T23:59:60Z", 1_483_228_800, true),
      ("1900-03-01T00:00:00Z", -2_203_891_200, true), (" 2024-05-31 ", 1_717_113_600, false),
      ("2100-03-01T00:00:00z", 4_107_542_400, true), ("1717199940", 1_717_199_940, true),
      ("-1", -1, true),
    ] as [(String, Int64, Bool)])
  func readsWholeSeconds(text: String, seconds: Int64, hasZone: Bool) {
    #expect(read(text) == .time(seconds * 1_000_000_000, hasZone: hasZone))
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00.5Z", 500_000_000), ("1970-01-01T00:00:00,000000001Z", 1),
      ("1970-01-01T00:00:00.0000000019Z", 1), ("1969-12-31T23:59:59.25Z", -750_000_000),
      ("0.000000001", 1), ("-1.5", -1_500_000_000), ("5.", 5_000_000_000),
      ("1677-09-21T00:12:43.145224192Z", Int64.min), ("2262-04-11T23:47:16.854775807Z", Int64.max),
    ] as [(String, Int64)])
  func readsFractions(text: String, nanoseconds: Int64) {
    #expect(read(text) == .time(nanoseconds, hasZone: true))
  }

  @Test(
    arguments: [
      (TimeUnit.milliseconds, "1500", 1_500_000_000), (.microseconds, "1.5", 1500),
      (.nanoseconds, "7", 7),
      (.nanoseconds, "9223372036854775807", Int64.max),
      (.nanoseconds, "-9223372036854775808", Int64.min),
      (.nanoseconds, "7.9", 7),
    ] as [(TimeUnit, String, Int64)])
  func readsNumbersInAUnit(unit: TimeUnit, text: String, nanoseconds: Int64) {
    #expect(read(text, unit: unit) == .time(nanoseconds, hasZone: true))
  }

  @Test(arguments: [
    "2262-04-11T23:47:16.854775808Z", "1677-09-21T00:12:43.145224191Z", "0000-01-01", "9999-12-31",
    "9223372037", "99999999999999999999999", "-99999999999999999999",
  ])
  func refusesTimesBeyondNanoseconds(text: String) {
    #expect(read(text) == .outOfRange)
  }

  @Test(arguments: [
    "", "2024-13-01", "2023-02-29", "1900-02-29", "2024-00-10", "2024-01-32", "2024-1-1",
    "2024-01-01T",
    "2024-01-01T24:00", "2024-01-01T12", "2024-01-01T12:60", "2024-01-01T12:00:61",
    "2024-01-01T12:00:00.",
    "2024-01-01T12:00:00+", "2024-01-01T12:00:00+25:00", "2024-01-01T12:00:00Zx", "2024-01-01x",
    "20240101T00",
    "1e9", "0x10", "--1", "1.2.3", "12:00", "inf", "NaN", "-", "+", ".", "2024-01-01T12:00:00 +0",
  ])
  func refusesWhatIsNoTime(text: String) {
    #expect(read(text) == .malformed)
  }

  @Test func countsDaysOneByOneThroughFourCenturies() {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var day: Int64 = -73_048  // 1770-01-01
    for year in 1770..<2170 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for (month, length) in lengths.enumerated() {
        let pad = { (value: Int) in value < 10 ? "0\(value)" : "\(value)" }
        for date in 1...(month == 1 && isLeap ? 29 : length) {
          let text = "\(year)-\(pad(month + 1))-\(pad(date))"
          #expect(read(text) == .time(day * 86_400_000_000_000, hasZone: false), "\(text)")
          day += 1
        }
      }
    }
  }
}
