/// Formats nanoseconds since 1970 as ISO 8601 in UTC, with as many decimals as needed.
///
/// Proleptic Gregorian, exact over the whole range of Int64; the inverse of `TimeReader`.
package func iso8601(nanoseconds: Int64) -> String {
  let day: Int64 = 86_400_000_000_000
  // Rounded down without a step below the least of all times.
  var (days, rest) = nanoseconds.quotientAndRemainder(dividingBy: day)
  if rest < 0 { (days, rest) = (days - 1, rest + day) }
  // Civil date from days since 1970 (Hinnant, "chrono-compatible low-level date algorithms").
  let z = days + 719_468
  let era = (z >= 0 ? z : z - 146_096) / 146_097
  let dayOfEra = z - era * 146_097
  let yearOfEra =
    (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shifted = (5 * dayOfYear + 2) / 153
  let month = shifted < 10 ? shifted + 3 : shifted - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  let seconds = rest / 1_000_000_000
  func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
  var text = "\(year)-\(two(month))-\(two(dayOfYear - (153 * shifted + 2) / 5 + 1))"
  text += "T\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  let fraction = rest % 1_000_000_000
  if fraction > 0 {
    var digits = String(1_000_000_000 + fraction).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    text += "." + digits
  }
  return text + "Z"
}
