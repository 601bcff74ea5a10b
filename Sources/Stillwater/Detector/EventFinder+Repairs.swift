import Compute
import Encoding
import Events

/// A cell of a series that lies in an event, and what was expected there.
package struct CellRepair: Sendable, Equatable {
  /// The physical line on which its row starts.
  package let line: Int
  package let column: String
  /// The id of the event.
  package let event: String
  /// As it would stand in the file.
  package let text: String
}

extension EventFinder {
  /// A cell with the value to put there.
  struct Repair {
    /// The row of the table, and the channel.
    let row, channel: Int
    /// The index of the event among those that were found.
    let event: Int
    let value: Double
  }

  /// What to put into the cells of events, row by row.
  ///
  /// An explanation undoes each change of level for all rows behind it. What lasts is no fault, so that
  /// later events are filled at the level that the series has by then.
  func repairs(_ encoder: SeriesEncoder) -> [Repair] {
    var repairs: [Repair] = []
    for (index, found) in found.enumerated() {
      for share in found.event.channels {
        let level = level(before: index, channel: share.channel)
        for row in found.event.flagged where row < found.segment.rows.count {
          let (old, new) = (
            found.segment.values[row, share.channel],
            found.repaired[row, share.channel] + level
          )
          guard abs(new - old) > 1e-5 * max(1, abs(old)) else { continue }
          repairs.append(
            Repair(
              row: found.segment.rows[row], channel: share.channel, event: index,
              value: encoder.decode(new, channel: share.channel)))
        }
      }
    }
    return repairs.sorted { ($0.row, $0.channel) < ($1.row, $1.channel) }
  }

  /// By how much earlier events of the same segment have moved a channel for good, encoded units.
  private func level(before index: Int, channel: Int) -> Float {
    let start = found[index].segment.rows[0]
    return found[..<index].filter { $0.segment.rows[0] == start }.reduce(0) { sum, earlier in
      sum + (earlier.event.channels.first { $0.channel == channel }?.shift ?? 0)
    }
  }
}
