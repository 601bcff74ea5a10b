import Foundation

/// `value` with `digits` decimals, independent of the locale; a NaN is the empty cell.
func fixed(_ value: Double, _ digits: Int) -> String {
  if value.isNaN { return "" }
  let scale = pow(10, Double(digits))
  let whole = Int((abs(value) * scale).rounded())
  let sign = value < 0 && whole != 0 ? "-" : ""
  guard digits > 0 else { return sign + String(whole) }
  let fraction = String(whole % Int(scale))
  let zeros = String(repeating: "0", count: digits - fraction.count)
  return "\(sign)\(whole / Int(scale)).\(zeros)\(fraction)"
}

/// `value` in decimal, padded with zeros to `width`.
func padded(_ value: Int, _ width: Int) -> String {
  let text = String(value)
  return String(repeating: "0", count: max(0, width - text.count)) + text
}

/// Minutes since 1970-01-01T00:00Z as ISO 8601 (Hinnant's civil-from-days).
func timestamp(minutes: Int) -> String {
  let days = minutes / 1440 + 719_468
  let era = days / 146_097
  let dayOfEra = days - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shifted = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * shifted + 2) / 5 + 1
  let month = shifted < 10 ? shifted + 3 : shifted - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  let (hour, minute) = (minutes % 1440 / 60, minutes % 60)
  return "\(year)-\(padded(month, 2))-\(padded(day, 2))T\(padded(hour, 2)):\(padded(minute, 2)):00Z"
}

/// Writes header and rows as CSV with LF; no field here ever needs quotes.
func write(_ rows: [[String]], header: [String], to path: String) throws {
  var text = header.joined(separator: ",") + "\n"
  for row in rows { text += row.joined(separator: ",") + "\n" }
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}
