import Events
import Files
import Ingestion
import Tabular

/// A stretch of a series, in rows or in time.
package enum Span: Sendable, Equatable {
  case rows(Int)
  /// A number of seconds, minutes, hours or days.
  case time(Int, unit: Character)

  private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]

  /// Reads `20` or `90s`, `30m`, `12h`, `7d`.
  package init?(_ text: String) {
    let unit = text.last.flatMap { Self.units[$0] == nil ? nil : $0 }
    let digits = unit == nil ? text[...] : text.dropLast()
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let count = Int(digits), count <= 1_000_000_000
    else { return nil }
    self = unit.map { .time(count, unit: $0) } ?? .rows(count)
  }

  package var text: String {
    switch self {
    case .rows(let count): "\(count)"
    case .time(let count, let unit): "\(count)\(unit)"
    }
  }

  /// * `step`: nanoseconds from row to row.
  func rows(step: Int64?) throws(StillwaterError) -> Int {
    switch self {
    case .rows(let count): return count
    case .time(let count, let unit):
      guard let step, step > 0 else {
        throw StillwaterError(
          .badData,
          "\(text) cannot be told in rows, for the series has no usual step of time; give a number of rows"
        )
      }
      return Int(Double(count) * Double(Self.units[unit] ?? 1) * 1e9 / Double(step))
    }
  }
}

/// Which events of a series are told and how; scores stay as they are.
package struct AlarmManners: Sendable, Equatable {
  /// Events at most so far apart are one.
  package var mergeGap = Span.rows(EventManners().mergeGap)
  /// Events with fewer rows, or a lower ratio, are dropped.
  package var minRows = 1
  package var minRatio = 1.0
  /// After so long a lasting change is the new normal.
  package var acceptShift: Span?
  /// When something is known to go on, as maintenance.
  package var quietTimes: [QuietTime] = []

  package init() {}

  func events(step: Int64?) throws(StillwaterError) -> EventManners {
    var manners = EventManners(mergeGap: try mergeGap.rows(step: step))
    (manners.minRows, manners.minRatio) = (minRows, Float(minRatio))
    if let acceptShift { manners.acceptShift = try acceptShift.rows(step: step) }
    return manners
  }
}

/// A time whose events are marked and raise no alarm.
package struct QuietTime: Sendable, Equatable {
  /// Nanoseconds since 1970, both included.
  package let start, end: Int64
  /// The group it is meant for; nil for all.
  package let group: String?

  /// Whether an event lies in it from its first row to its last.
  func covers(_ start: Int64, _ end: Int64, group: String) -> Bool {
    self.start <= start && end <= self.end && (self.group ?? group) == group
  }

  /// Reads a file with the columns `start`, `end` and, if it has one, `group`; an empty group is all.
  package static func read(_ path: String) throws -> [QuietTime] {
    var reader = try TableReader(path: path)
    var columns: [ReadingPlan.PlannedColumn] = []
    for name in ["start", "end"] {
      guard reader.header.contains(name) else {
        throw StillwaterError(
          .badData,
          location(path, 1) + "quiet times need the columns start and end, and group if they "
            + "are not meant for all")
      }
      columns.append(.init(name: name, reading: .time))
    }
    if reader.header.contains("group") { columns.append(.init(name: "group", reading: .category)) }
    var quiet: [QuietTime] = []
    while let chunk = try reader.next(ReadingPlan(columns: columns)) {
      guard case .times(let starts)? = chunk.table.column(named: "start")?.values,
        case .times(let ends)? = chunk.table.column(named: "end")?.values
      else { continue }
      let groups = groupNames(chunk.table)
      for row in starts.indices {
        guard starts[row] <= ends[row] else {
          throw StillwaterError(
            .badData,
            location(path, chunk.lines[row], "end") + "the quiet time ends before it starts")
        }
        quiet.append(QuietTime(start: starts[row], end: ends[row], group: groups(row)))
      }
    }
    return quiet
  }

  private static func groupNames(_ table: Table) -> (Int) -> String? {
    guard case .categories(let codes, let levels)? = table.column(named: "group")?.values else {
      return { _ in nil }
    }
    return { codes[$0] >= 0 ? levels[Int(codes[$0])] : nil }
  }
}
