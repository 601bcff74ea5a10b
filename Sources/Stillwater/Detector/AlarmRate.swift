/// How many false alarms normal rows of each series may raise: `3/week`.
public struct AlarmRate: Sendable, Equatable, Codable {
  /// What the alarms are counted in.
  public enum Unit: String, Sendable, CaseIterable, Codable {
    case day, week
    /// A twelfth of 365.25 days.
    case month
    /// Whatever time they take.
    case tenThousandRows = "10000rows"

    /// Nanoseconds; nil for rows.
    fileprivate var duration: Double? {
      let days: [Unit: Double] = [.day: 1, .week: 7, .month: 30.4375]
      return days[self].map { $0 * 86_400e9 }
    }
  }

  public var count: Double
  public var unit: Unit

  public init(_ count: Double, per unit: Unit) { (self.count, self.unit) = (count, unit) }

  /// Reads `3/week`: a count above 0, up to a million, and one of the units.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let unit = Unit(rawValue: String(parts[1])),
      parts[0].utf8.allSatisfy({ "0123456789.".utf8.contains($0) }), let count = Double(parts[0]),
      count > 0, count <= 1e6
    else { return nil }
    self.init(count, per: unit)
  }

  /// As it is given, `3/week`.
  package var text: String {
    (count == count.rounded() ? "\(Int(count))" : "\(count)") + "/" + unit.rawValue
  }

  /// Whether a training can aim at it.
  var isUsable: Bool { count > 0 && count <= 1e6 }

  /// The same in 10,000 rows.
  ///
  /// * `interval`: nanoseconds from row to row.
  func perTenThousandRows(interval: Int64?) throws(StillwaterError) -> Double {
    guard let duration = unit.duration else { return try bounded(count) }
    guard let interval, interval > 0 else {
      throw StillwaterError(
        .badData,
        "\(text) cannot be converted to rows: the series has no usual time step; "
          + "give the alarms as N/10000rows")
    }
    return try bounded(count * 10_000 * Double(interval) / duration)
  }

  private func bounded(_ rate: Double) throws(StillwaterError) -> Double {
    guard rate <= 10_000 else {
      throw StillwaterError(.badData, "\(text) asks for more alarms than there are rows")
    }
    return rate
  }
}

/// The alarms that a model promises: by default, and under names of its own.
package struct AlarmPlan: Sendable, Equatable {
  /// What is promised unless a name is given; nil where that is left as it is.
  package var standard: AlarmRate?
  package var named: [String: AlarmRate] = [:]
  /// Whether single rows are counted instead, unless a rate of alarms is given.
  package var countsRows = false

  package init() {}

  /// Reads `RATE` and `NAME=RATE`; nil when a text is neither, or something is said twice.
  package init?(_ texts: [String]) {
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let rate = parts.last.flatMap({ AlarmRate(String($0)) }) else { return nil }
      if parts.count == 2 {
        guard Self.isName(String(parts[0])), named[String(parts[0])] == nil else { return nil }
        named[String(parts[0])] = rate
      } else {
        guard standard == nil else { return nil }
        standard = rate
      }
    }
  }

  package var texts: [String] {
    [standard?.text].compactMap(\.self)
      + named.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }
  }

  /// Letters, digits, - and _, at most 40.
  package static func isName(_ text: String) -> Bool {
    let signs = "-_".utf8
    func isPlain(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf) || signs.contains(byte)
    }
    return (1...40).contains(text.utf8.count) && text.utf8.allSatisfy(isPlain)
  }
}

/// The alarms that rows are scored by: a rate, or one that the model has by name.
package enum AlarmChoice: Sendable, Equatable {
  case rate(AlarmRate)
  case named(String)

  package init?(_ text: String) {
    if let rate = AlarmRate(text) {
      self = .rate(rate)
    } else if AlarmPlan.isName(text) {
      self = .named(text)
    } else {
      return nil
    }
  }

  package var text: String {
    switch self {
    case .rate(let rate): rate.text
    case .named(let name): name
    }
  }
}
