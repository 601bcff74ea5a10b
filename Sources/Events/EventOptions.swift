/// What counts as the cause of an alarm, and how hard it is searched for; gains are in units of a
/// window's squared distance, lengths in rows.
package struct EventOptions: Sendable, Equatable {
  /// Price of each hidden row: what a normal row would give at 1.7 deviations.
  package var rowPrice: Float = 3
  /// What a stretch must give beyond its rows for a channel to be named.
  package var channelPrice: Float = 12
  /// What a lasting change of level costs beside its rows.
  package var levelPrice: Float = 12
  /// Rows of the longest stretch that is hidden at once.
  package var longest = 300
  /// An edge row that adds less than this share of the mean row is left out.
  package var trim: Double = 0.1
  /// The share of the peak that an explanation must take away.
  package var drop: Float = 0.1
  /// Stretches that together may explain one peak.
  package var trials = 4
  /// Channels that are searched, those that stand out most.
  package var channels = 8
  /// Most events of a segment.
  package var mostEvents = 300
  /// Rows to either side that a changed state may reach, and within which it speaks once.
  package var stateReach = 400
  /// The share of its peak above which a changed state is flagged, and the most rows to either side.
  package var stateShare: Float = 0.7
  package var stateShown = 25
  /// How much higher a changed state must score: no row of it holds what could not be.
  package var stateRatio: Float = 1.1
  /// Stretches at most so far apart are one event.
  package var mergeGap = 20
  /// Work, in rows measured from scratch, as a multiple of the segment's, after which the rest is
  /// flagged by the share of its peak alone; and what is granted to a short segment.
  package var mostWork = 1.0
  package var leastWork = 20_000.0

  package init() {}

  /// The same for series of so many channels.
  func longest(channels: Int) -> Int { channels == 1 ? longest : min(longest, 100) }
}
