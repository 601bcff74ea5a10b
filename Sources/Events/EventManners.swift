/// Which events of a series a person wants to hear of; never changes a score.
package struct EventManners: Sendable, Equatable {
  /// Events at most so many rows apart are one.
  package var mergeGap: Int
  /// Shorter events are dropped.
  package var minRows = 1
  /// Events whose peak is a smaller multiple of the threshold are dropped.
  package var minRatio: Float = 1
  /// Rows after which a lasting change counts as the new normal; nil for never.
  package var acceptShift: Int?

  package init(mergeGap: Int = EventOptions().mergeGap) { self.mergeGap = mergeGap }

  /// An event that is told, and what became of it.
  package struct Told: Sendable, Equatable {
    package let event: SeriesEvent
    /// Whether it has lasted for so long that it is no news any more.
    package let isAccepted: Bool
  }

  /// The events that are told of a segment, in the order of time.
  ///
  /// * `rows`: those of the segment.
  /// * `ratio`: a severity as a multiple of the threshold.
  package func told(
    of explanation: Explanation, rows: Int, options: EventOptions, ratio: (Float) -> Float
  ) -> [Told] {
    var options = options
    options.mergeGap = mergeGap
    return told(
      of: explanation.events(options).filter {
        $0.flagged.count >= minRows && (minRatio <= 1 || ratio($0.severity) >= minRatio)
      }, rows: rows, reach: options.stateReach)
  }

  /// Accepts lasting changes: a change of level when the segment goes on for long enough, a changed state
  /// when others follow it within `reach` rows for as long; these are not told.
  package func told(of events: [SeriesEvent], rows: Int, reach: Int) -> [Told] {
    guard let acceptShift else { return events.map { Told(event: $0, isAccepted: false) } }
    var (told, start, end) = ([Told](), Int.min, Int.min)
    for event in events {
      guard event.kind == .state else {
        let lasts = event.kind == .level && rows - event.flagged.upperBound >= acceptShift
        told.append(Told(event: event, isAccepted: lasts))
        continue
      }
      let follows = end != Int.min && event.reach.lowerBound - end <= reach
      start = follows ? start : event.reach.lowerBound
      end = max(follows ? end : event.reach.upperBound, event.reach.upperBound)
      let isOld = end - start >= acceptShift
      if follows, event.reach.lowerBound - start >= acceptShift { continue }
      told.append(Told(event: event, isAccepted: isOld))
    }
    return told
  }
}
