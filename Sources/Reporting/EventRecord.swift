package import Files

/// An event of a series as written to outputs: its extent in time, its severity, and the columns that
/// show it.
package struct EventRecord: Sendable, Equatable {
  /// A hash of series, columns and start: the same event has the same id in the next file.
  package var id: String
  /// The file it is in, as the user named it.
  package var path: String
  package var state: State
  /// The kind of fault: `fault`, `level`, `still` or `state`.
  package var kind: String
  /// The value of the group column; empty without one.
  package var group: String
  package var start, end, peak: Moment
  package var rows: Int
  /// The score of the peak row, before any other event was explained away.
  package var peakScore: Float
  /// The peak's score as a multiple of the threshold, above 1.
  package var ratio: Float
  /// The columns that show the event, worst first.
  package var columns: [ColumnPart]

  /// Whether the event may continue in rows not yet seen.
  package enum State: String, Sendable {
    /// It lasts to the end of the scored rows.
    case open
    case closed
    /// A lasting change that has become the new normal.
    case accepted
    /// It lies in a time that was announced as quiet, and raises no alarm.
    case quiet
  }

  /// A row of the file.
  package struct Moment: Sendable, Equatable {
    /// Nanoseconds since 1970; nil without a time column.
    package var time: Int64?
    /// The physical line on which the row starts.
    package var line: Int

    package init(time: Int64?, line: Int) { (self.time, self.line) = (time, line) }

    fileprivate var text: String { time.map { iso8601(nanoseconds: $0) } ?? "" }
  }

  /// A column's value at the peak and the value expected there, in the units of the file.
  package struct ColumnPart: Sendable, Equatable {
    package var name: String
    package var found, expected: Double

    package init(name: String, found: Double, expected: Double) {
      (self.name, self.found, self.expected) = (name, found, expected)
    }
  }

  package init(
    id: String, path: String, state: State, kind: String, group: String, start: Moment,
    end: Moment, peak: Moment, rows: Int, peakScore: Float, ratio: Float, columns: [ColumnPart]
  ) {
    (self.id, self.path, self.state, self.kind, self.group) = (id, path, state, kind, group)
    (self.start, self.end, self.peak, self.rows) = (start, end, peak, rows)
    (self.peakScore, self.ratio, self.columns) = (peakScore, ratio, columns)
  }

  /// The severity, 1 to 4: 1 below twice the threshold, 2 below four times, 3 below eight times, else 4;
  /// one more, at most 4, if the event lasts for 100 rows or longer.
  package var severity: Int {
    let level = ratio < 2 ? 1 : ratio < 4 ? 2 : ratio < 8 ? 3 : 4
    return min(4, level + (rows >= 100 ? 1 : 0))
  }
}

extension EventRecord {
  /// Writes events as CSV with a header, one per row; values of several columns are joined by spaces.
  ///
  /// * `group`: the name of the group column, which gets a column of its own; nil without one.
  package static func write(_ events: [EventRecord], group: String?, to file: OutputFile) throws {
    var header: [UInt8] = []
    append(
      ["id", "state"] + [group].compactMap(\.self) + [
        "start", "end", "start_line", "end_line", "rows", "peak_time", "peak_line", "peak_score",
        "ratio", "severity", "columns", "direction", "found", "expected", "kind", "file",
      ], to: &header)
    try file.append(header)
    for event in events { try file.append(event.csv(hasGroup: group != nil)) }
  }

  private func csv(hasGroup: Bool) -> [UInt8] {
    func each(_ text: (ColumnPart) -> String) -> String { columns.map(text).joined(separator: " ") }
    var record: [UInt8] = []
    Self.append(
      [id, state.rawValue] + (hasGroup ? [group] : []) + [
        start.text, end.text, "\(start.line)", "\(end.line)", "\(rows)", peak.text, "\(peak.line)",
        "\(peakScore)", "\(ratio)", "\(severity)", each(\.name),
        each { $0.found < $0.expected ? "down" : "up" }, each { Self.text($0.found) },
        each { Self.text($0.expected) }, kind, path,
      ], to: &record)
    return record
  }

  /// As many digits as the model computes with.
  private static func text(_ number: Double) -> String {
    let single = Float(number)
    return single.isFinite ? "\(single)" : "\(number)"
  }

  private static func append(_ cells: [String], to record: inout [UInt8]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { record.append(UInt8(ascii: ",")) }
      CSVField.append(cell, to: &record)
    }
    record.append(0x0a)
  }
}
