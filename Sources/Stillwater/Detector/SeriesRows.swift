import Ingestion
import Tabular

/// The rows of a table divided into series: one for each value of the group column, in the order of first
/// appearance.
struct SeriesRows {
  /// Row indices of each series, in the order of the file, which is that of time.
  let groups: [[Int]]
  /// The time of every row in nanoseconds since 1970; nil without a time column.
  let times: [Int64]?

  /// Divides the rows and checks that time rises strictly within each series.
  ///
  /// * `lines`: the physical line of each row, for the message.
  init(_ table: Table, layout: DataLayout, path: String, lines: [Int]) throws {
    times = Self.times(table, layout)
    groups = Self.groups(table, layout)
    guard let times, let name = layout.schema.column(of: .time)?.name else { return }
    for rows in groups {
      for (previous, row) in zip(rows, rows.dropFirst()) where times[row] <= times[previous] {
        throw StillwaterError(
          .badData,
          location(path, lines[row], name) + "the time does not rise: it is "
            + (times[row] == times[previous] ? "the same as" : "before that")
            + " on line \(lines[previous]); sort the file"
            + (layout.schema.column(of: .group) == nil
              ? ", or name the column that tells series apart with --group" : ""))
      }
    }
  }

  private static func times(_ table: Table, _ layout: DataLayout) -> [Int64]? {
    guard let name = layout.schema.column(of: .time)?.name,
      case .times(let times)? = table.column(named: name)?.values
    else { return nil }
    return times
  }

  private static func groups(_ table: Table, _ layout: DataLayout) -> [[Int]] {
    guard let name = layout.schema.column(of: .group)?.name,
      case .categories(let codes, let levels)? = table.column(named: name)?.values
    else { return [Array(0..<table.rowCount)] }
    var groups = [[Int]](repeating: [], count: levels.count + 1)
    for (row, code) in codes.enumerated() { groups[Int(code) + 1].append(row) }
    return groups.filter { !$0.isEmpty }
  }

  /// The time differences between consecutive rows of all series, in nanoseconds.
  var steps: [Int64] {
    guard let times else { return [] }
    return groups.flatMap { rows in
      zip(rows, rows.dropFirst()).map {
        times[$1].subtractingReportingOverflow(times[$0]).partialValue
      }
    }
  }
}
