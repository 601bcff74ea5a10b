/// A way to falsify a sensor or a cell.
enum FaultKind: String, CaseIterable, Sendable {
  case spike, drift, stuck, swapped
  case unit = "unit error"

  /// Rows that a fault of a series lasts.
  var length: Int {
    switch self {
    case .spike: 2
    case .drift: 50
    case .stuck: 40
    case .swapped, .unit: 30
    }
  }

  /// What makes sense for a row on its own.
  static let ofRows: [FaultKind] = [.spike, .swapped, .unit]
}

/// A fault that was put into normal rows, with what was there before.
struct InjectedFault: Sendable {
  let kind: FaultKind
  let rows: Range<Int>
  /// The columns that may be blamed: two when they were swapped.
  let guilty: [Int]
  /// The cells of `guilty` before, one list for each row.
  let truth: [[String]]

  /// Falsifies `column` of `table` from `start` on; nil when a cell is no number.
  ///
  /// * `other`: what it is swapped with.
  /// * `size`: of spikes and drifts, in units of `deviation`.
  init?(
    _ kind: FaultKind, in table: inout TextTable, rows: Range<Int>, column: Int, other: Int,
    size: Double, deviation: Double
  ) {
    let guilty = kind == .swapped ? [column, other] : [column]
    let numbers = rows.map { Double(table.rows[$0][column]) }
    guard !numbers.contains(nil) else { return nil }
    (self.kind, self.rows, self.guilty) = (kind, rows, guilty)
    truth = rows.map { row in guilty.map { table.rows[row][$0] } }
    let first = numbers.first.flatMap { $0 } ?? 0
    for (index, row) in rows.enumerated() {
      let value = numbers[index] ?? first
      let share = Double(index + 1) / Double(rows.count)
      switch kind {
      case .spike: table.rows[row][column] = "\(value + size * deviation)"
      case .drift: table.rows[row][column] = "\(value + size * deviation * share)"
      case .stuck: table.rows[row][column] = "\(first)"
      case .swapped: table.rows[row].swapAt(column, other)
      case .unit: table.rows[row][column] = "\(value * 2.54)"
      }
    }
  }
}
