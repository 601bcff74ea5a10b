import Foundation
import Reporting
import TestSupport
import Testing

@Suite struct ISO8601Tests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
    (1, "1970-01-01T00:00:00.000000001Z"), (1_500_000_000, "1970-01-01T00:00:01.5Z"),
    (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
    (951_868_799_999_000_000, "2000-02-29T23:59:59.999Z"),
    (951_868_800_000_000_000, "2000-03-01T00:00:00Z"),
    (4_107_542_400_000_000_000, "2100-03-01T00:00:00Z"),
    (-2_203_891_200_000_000_000, "1900-03-01T00:00:00Z"),
    (Int64.max, "2262-04-11T23:47:16.854775807Z"), (Int64.min, "1677-09-21T00:12:43.145224192Z"),
  ])
  func timesAreWrittenWithTheDecimalsTheyNeed(nanoseconds: Int64, expected: String) {
    #expect(iso8601(nanoseconds: nanoseconds) == expected)
  }

  /// Against the calendar of the standard library, for any second of the range.
  @Test func agreesWithTheCalendar() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<2_000 {
      let second = Int64.random(in: -9_000_000_000...9_000_000_000, using: &generator)
      let parts = calendar.dateComponents(
        [.year, .month, .day, .hour, .minute, .second],
        from: Date(timeIntervalSince1970: Double(second)))
      func two(_ part: Int?) -> String { String("0\(part ?? -1)".suffix(2)) }
      let expected =
        "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day))"
        + "T\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second))Z"
      #expect(iso8601(nanoseconds: second * 1_000_000_000) == expected)
    }
  }

  /// Texts of equal length sort as their times do.
  @Test func laterTimesSortBehind() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<500 {
      let first = Int64.random(in: 0...4_000_000_000, using: &generator)
      let second = Int64.random(in: 0...4_000_000_000, using: &generator)
      let texts = [first, second].map { iso8601(nanoseconds: $0 * 1_000_000_000) }
      #expect((texts[0] < texts[1]) == (first < second))
    }
  }
}
