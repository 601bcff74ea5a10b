import Compute
import Encoding
package import Events
import Files
import Tabular

/// An event of a file as the user sees it.
package struct EventRecord: Sendable, Equatable {
  /// A hash of series, columns and start: the same event has the same id in the next file.
  package let id: String
  /// `open` while it lasts to the end of the file, else `closed`.
  package let state: String
  package let kind: SeriesEvent.Kind
  /// The value of the group column; empty without one.
  package let group: String
  package let start, end: Moment
  package let rows: Int
  package let peak: Moment
  package let peakScore: Float
  /// Score at the peak over the threshold.
  package let ratio: Float
  /// 1 to 4, see `severity(ratio:rows:)`.
  package let severity: Int
  /// Worst first.
  package let columns: [ColumnPart]

  /// A row of the file.
  package struct Moment: Sendable, Equatable {
    /// Nanoseconds since 1970; nil without a time column.
    package let time: Int64?
    package let line: Int
  }

  /// What a column held at the peak, and what was expected there.
  package struct ColumnPart: Sendable, Equatable {
    package let name: String
    package let found, expected: Double

    /// Whether the column stands above what was expected.
    package var isUp: Bool { found > expected }
  }

  /// How bad an event is: 1 below twice the threshold, 2 below four times, 3 below eight times, else 4;
  /// one more if it lasts for 100 rows or longer, at most 4.
  package static func severity(ratio: Float, rows: Int) -> Int {
    let level = ratio < 2 ? 1 : ratio < 4 ? 2 : ratio < 8 ? 3 : 4
    return min(4, level + (rows >= 100 ? 1 : 0))
  }
}

/// Where the rows of a table come from.
struct EventPlaces {
  let table: Table
  let series: SeriesRows
  /// The physical line of each row.
  let lines: [Int]

  func moment(_ row: Int) -> EventRecord.Moment {
    EventRecord.Moment(time: series.times?[row], line: lines[row])
  }
}

extension EventFinder {
  /// The events in the words of the file, in the order in which they were found.
  func records(_ places: EventPlaces, _ encoder: SeriesEncoder, group: (Int) -> String)
    -> [EventRecord]
  {
    found.map { found in
      let (event, rows) = (found.event, found.segment.rows)
      let (start, end) = (event.flagged.lowerBound, min(rows.count, event.flagged.upperBound) - 1)
      let ratio = threshold > 0 ? event.severity / threshold : event.severity - threshold + 1
      let peak = min(max(event.peak, start), end)
      let columns = event.channels.map { share in
        EventRecord.ColumnPart(
          name: encoder.channels[share.channel].name,
          found: encoder.decode(found.segment.values[peak, share.channel], channel: share.channel),
          expected: encoder.decode(found.repaired[peak, share.channel], channel: share.channel))
      }
      let name = group(rows[start])
      let first = places.moment(rows[start])
      let identity =
        [name, first.time.map { "\($0)" } ?? "\(rows[start])"] + columns.map(\.name).sorted()
      return EventRecord(
        id: String(sha256(of: Array(identity.joined(separator: "\u{1f}").utf8)).prefix(12)),
        state: found.isOpen ? "open" : "closed", kind: event.kind, group: name, start: first,
        end: places.moment(rows[end]), rows: end - start + 1, peak: places.moment(rows[peak]),
        peakScore: event.score, ratio: ratio,
        severity: EventRecord.severity(ratio: ratio, rows: end - start + 1), columns: columns)
    }
  }
}
