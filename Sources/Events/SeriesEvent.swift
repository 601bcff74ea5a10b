/// A stretch of a segment whose replacement by what the model expects makes its surroundings normal.
package struct SeriesEvent: Sendable, Equatable {
  /// What kind of fault it is.
  package enum Kind: String, Sendable, Codable {
    /// Rows that hold what nothing around them lets expect.
    case fault
    /// All rows from here on stand at another level.
    case level
    /// Channels that move less than they ever did.
    case still
    /// Nothing that could be hidden helps: the series behaves in another way.
    case state
  }

  /// What happened in one channel.
  package struct ChannelShare: Sendable, Equatable {
    package let channel: Int
    /// What hiding its rows takes off the windows' distance; 0 where nothing was hidden.
    package var gain: Float
    /// The lasting change of level in encoded units; 0 if there is none.
    package var shift: Float
  }

  package internal(set) var kind: Kind
  package internal(set) var rows: Range<Int>
  /// The row of the greatest score that the event explains.
  package internal(set) var peak: Int
  /// The score there before the event was explained away.
  package internal(set) var score: Float
  /// What is compared with the threshold: the score, and less for a changed state.
  package internal(set) var severity: Float
  /// Worst first.
  package internal(set) var channels: [ChannelShare]
  /// Rows that scored above the threshold for the same cause: those of a changed state reach further
  /// than what is flagged.
  package internal(set) var reach: Range<Int>

  /// An event as it was found, or as a test wants it.
  ///
  /// * `rows`: rows of the segment; empty for a change of level without a transition.
  /// * `score`, `severity`: on the scale of the scores, finite.
  /// * `channels`: worst first; empty for a changed state.
  package init(
    kind: Kind, rows: Range<Int>, peak: Int, score: Float, severity: Float,
    channels: [ChannelShare], reach: Range<Int>
  ) {
    (self.kind, self.rows, self.peak, self.score) = (kind, rows, peak, score)
    (self.severity, self.channels, self.reach) = (severity, channels, reach)
  }
}

extension SeriesEvent {
  /// The rows that are flagged, at least one: a change of level without transition is its first row.
  package var flagged: Range<Int> {
    rows.lowerBound..<max(rows.upperBound, rows.lowerBound + 1)
  }
}
