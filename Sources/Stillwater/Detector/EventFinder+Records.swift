import Calibration
import Compute
import Encoding
import Events
import Files
import Reporting
import Tabular

/// The origin of a series' rows, to express events in terms of the file.
struct EventSource {
  let path: String
  let series: SeriesRows
  /// The physical line of each row.
  let lines: [Int]
  /// The group of a row; empty without a group column.
  let group: (Int) -> String

  func moment(_ row: Int) -> EventRecord.Moment {
    EventRecord.Moment(time: series.times?[row], line: lines[row])
  }
}

extension EventFinder {
  /// The events with the file's lines, times, columns and units, in the order they were found.
  ///
  /// An id is a digest of group, start and columns, so an event keeps it in overlapping files.
  func records(_ source: EventSource, _ encoder: SeriesEncoder) -> [EventRecord] {
    found.map { record($0, source, encoder) }
  }

  private func record(_ found: Found, _ source: EventSource, _ encoder: SeriesEncoder)
    -> EventRecord
  {
    let (event, rows) = (found.event, found.segment.rows)
    let (start, end) = (event.flagged.lowerBound, min(rows.count, event.flagged.upperBound) - 1)
    let peak = min(max(event.peak, start), end)
    let columns = event.channels.map { share in
      EventRecord.ColumnPart(
        name: encoder.channels[share.channel].name,
        found: encoder.decode(found.segment.values[peak, share.channel], channel: share.channel),
        expected: encoder.decode(found.repaired[peak, share.channel], channel: share.channel))
    }
    let (group, first) = (source.group(rows[start]), source.moment(rows[start]))
    let span = (first.time, source.moment(rows[end]).time)
    let isQuiet = quietTimes.contains { quiet in
      guard let start = span.0, let end = span.1 else { return false }
      return quiet.covers(start, end, group: group)
    }
    let identity =
      [group, first.time.map { "\($0)" } ?? "\(rows[start])"] + columns.map(\.name).sorted()
    return EventRecord(
      id: String(sha256(of: Array(identity.joined(separator: "\u{1f}").utf8)).prefix(12)),
      path: source.path, state: isQuiet ? .quiet : found.state, kind: event.kind.rawValue,
      group: group, start: first, end: source.moment(rows[end]), peak: source.moment(rows[peak]),
      rows: end - start + 1, peakScore: event.score,
      ratio: Threshold(value: threshold).ratio(of: event.severity), columns: columns)
  }
}
