/// The outcome of reading a time.
package enum TimeReading: Equatable {
  /// Nanoseconds since 1970-01-01T00:00:00Z; `hasZone` is false when UTC was assumed.
  case time(Int64, hasZone: Bool)
  /// A valid time outside 1677-09-21 to 2262-04-11, the range of Int64 nanoseconds.
  case outOfRange
  /// Neither ISO 8601 nor a number, or a date that does not exist.
  case malformed
}

/// Reads times: ISO 8601 dates and date-times, or plain numbers since 1970 in a given unit.
///
/// Dates are proleptic Gregorian. Leap seconds are not counted: second 60 equals second 0 of the next
/// minute. Integer arithmetic throughout, so nanoseconds are exact.
package struct TimeReader: Sendable {
  /// The unit of plain numbers.
  let unit: TimeUnit

  package init(unit: TimeUnit) { self.unit = unit }

  /// Reads a cell; spaces and tabs around the time are allowed.
  package func read(_ cell: ArraySlice<UInt8>) -> TimeReading {
    let text = trimmed(cell)
    return looksLikeDate(text) ? TimeReader.iso8601(text) : epoch(text)
  }

  /// Reads ISO 8601: `2024-05-31`, optionally `T` or a space, `23:59`, `:59`, `.123`, and a zone.
  static func iso8601(_ text: ArraySlice<UInt8>) -> TimeReading {
    var cursor = Cursor(rest: text)
    guard let days = cursor.date() else { return .malformed }
    guard !cursor.rest.isEmpty else {
      return nanoseconds(seconds: days * 86_400, fraction: 0, hasZone: false)
    }
    guard cursor.take("T") || cursor.take("t") || cursor.take(" "), let clock = cursor.clock()
    else { return .malformed }
    var offset: Int64? = nil
    if !cursor.rest.isEmpty {
      offset = cursor.zone()
      guard offset != nil && cursor.rest.isEmpty else { return .malformed }
    }
    let seconds = days * 86_400 + clock.seconds - (offset ?? 0)
    return nanoseconds(seconds: seconds, fraction: clock.fraction, hasZone: offset != nil)
  }

  /// Reads a decimal number since 1970; its part below a nanosecond is truncated.
  private func epoch(_ text: ArraySlice<UInt8>) -> TimeReading {
    var cursor = Cursor(rest: text)
    let isNegative = cursor.take("-")
    if !isNegative { _ = cursor.take("+") }
    let digits = cursor.rest.prefix { isDigit($0) }
    cursor.rest = cursor.rest[digits.endIndex...]
    guard !digits.isEmpty else { return .malformed }
    let hasFraction = cursor.take(".")
    let decimals = cursor.rest
    guard decimals.allSatisfy(isDigit), hasFraction || decimals.isEmpty else { return .malformed }
    guard let whole = integer(digits, sign: isNegative ? -1 : 1) else { return .outOfRange }
    let scaled = whole.multipliedReportingOverflow(by: unit.nanoseconds)
    let part = Self.fraction(decimals, of: unit.nanoseconds)
    let sum = scaled.partialValue.addingReportingOverflow(isNegative ? -part : part)
    return scaled.overflow || sum.overflow ? .outOfRange : .time(sum.partialValue, hasZone: true)
  }

  /// `0.digits · scale` truncated to a whole number; `scale` is a power of ten.
  static func fraction(_ digits: ArraySlice<UInt8>, of scale: Int64) -> Int64 {
    var (result, unit) = (Int64(0), scale)
    for digit in digits {
      unit /= 10
      guard unit > 0 else { break }
      result += Int64(digit - UInt8(ascii: "0")) * unit
    }
    return result
  }

  private static func nanoseconds(seconds: Int64, fraction: Int64, hasZone: Bool) -> TimeReading {
    // Before 1970 one second is borrowed from the fraction: the whole seconds of the earliest
    // representable times alone would overflow.
    let carries = seconds < 0 && fraction > 0
    let scaled = (carries ? seconds + 1 : seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let sum = scaled.partialValue.addingReportingOverflow(
      carries ? fraction - 1_000_000_000 : fraction)
    return scaled.overflow || sum.overflow ? .outOfRange : .time(sum.partialValue, hasZone: hasZone)
  }

  /// Whether the text starts with four digits and a hyphen, which no number does.
  private func looksLikeDate(_ text: ArraySlice<UInt8>) -> Bool {
    let head = text.prefix(5)
    return head.count == 5 && head.prefix(4).allSatisfy(isDigit) && head.last == UInt8(ascii: "-")
  }

  private func trimmed(_ cell: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var text = cell.drop(while: isBlank)
    while let last = text.last, isBlank(last) { text = text.dropLast() }
    return text
  }
}

private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

/// The integer `sign` (1 or -1) times `digits`; nil on overflow of Int64.
private func integer(_ digits: ArraySlice<UInt8>, sign: Int64) -> Int64? {
  var value: Int64 = 0
  for digit in digits {
    let scaled = value.multipliedReportingOverflow(by: 10)
    let sum = scaled.partialValue.addingReportingOverflow(sign * Int64(digit - UInt8(ascii: "0")))
    guard !scaled.overflow && !sum.overflow else { return nil }
    value = sum.partialValue
  }
  return value
}

/// Days from 1970-01-01 to a proleptic Gregorian date (Hinnant, "chrono-compatible low-level date
/// algorithms").
///
/// Internally years begin in March, so that the leap day is their last; an era is 400 years.
func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
  let marchYear = month <= 2 ? year - 1 : year
  let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
  let yearOfEra = marchYear - era * 400
  let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/// Consumes the parts of a date-time from the front of some bytes; each returns nil on a mismatch.
private struct Cursor {
  var rest: ArraySlice<UInt8>

  mutating func take(_ sign: Unicode.Scalar) -> Bool {
    guard let first = rest.first, first == UInt8(ascii: sign) else { return false }
    rest.removeFirst()
    return true
  }

  /// Exactly `count` digits whose value lies in `range`.
  mutating func number(_ count: Int, _ range: ClosedRange<Int64>) -> Int64? {
    let digits = rest.prefix(count)
    guard digits.count == count, digits.allSatisfy(isDigit) else { return nil }
    guard let value = integer(digits, sign: 1), range.contains(value) else { return nil }
    rest.removeFirst(count)
    return value
  }

  /// `2024-05-31` as days since 1970.
  mutating func date() -> Int64? {
    guard let year = number(4, 0...9999), take("-"), let month = number(2, 1...12), take("-"),
      let day = number(2, 1...31)
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[Int(month) - 1] else { return nil }
    return daysSince1970(year: year, month: month, day: day)
  }

  /// `23:59`, `23:59:59` or `23:59:59.123` as seconds and nanoseconds.
  mutating func clock() -> (seconds: Int64, fraction: Int64)? {
    guard let hour = number(2, 0...23), take(":"), let minute = number(2, 0...59) else {
      return nil
    }
    let minutes = hour * 3600 + minute * 60
    guard take(":") else { return (minutes, 0) }
    guard let second = number(2, 0...60) else { return nil }
    guard take(".") || take(",") else { return (minutes + second, 0) }
    let digits = rest.prefix { isDigit($0) }
    guard !digits.isEmpty else { return nil }
    rest = rest[digits.endIndex...]
    return (minutes + second, TimeReader.fraction(digits, of: 1_000_000_000))
  }

  /// `Z`, `+02:00`, `+0200` or `+02` as seconds east of UTC; a space before it is allowed.
  mutating func zone() -> Int64? {
    _ = take(" ")
    if take("Z") || take("z") { return 0 }
    let isWest = take("-")
    guard isWest || take("+"), let hour = number(2, 0...23) else { return nil }
    guard !rest.isEmpty else { return (isWest ? -1 : 1) * hour * 3600 }
    _ = take(":")
    guard let minute = number(2, 0...59) else { return nil }
    return (isWest ? -1 : 1) * (hour * 3600 + minute * 60)
  }
}
