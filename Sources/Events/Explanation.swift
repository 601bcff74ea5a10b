package import Compute
import Scoring

/// What explains the alarms of a segment.
package struct Explanation: Sendable {
  /// In the order in which they were found: from the highest score down.
  package private(set) var found: [SeriesEvent] = []
  /// The segment with hidden rows filled and changes of level undone, `[rows, channels]`.
  package private(set) var repaired: Matrix
  /// Which cells were hidden, `[rows * channels]`.
  package private(set) var hidden: [Bool]
  /// Whether the work was cut short: the rest was flagged by the share of its peak.
  package private(set) var isCut = false
  /// The work that it took, in rows measured from scratch.
  package private(set) var work = 0.0

  init(of measurement: SeriesMeasurement) {
    repaired = measurement.values
    hidden = [Bool](repeating: false, count: measurement.values.values.count)
  }

  mutating func take(_ run: ExplanationRun) {
    found = run.events
    (repaired, hidden, isCut) = (run.scene.measurement.values, run.scene.hidden, run.isCut)
    work = run.scene.measurement.work
  }

  /// The events that a user sees, in the order of time: changes of level that cancel are one stretch, a
  /// changed state speaks once, and neighbours are one.
  package func events(_ options: EventOptions) -> [SeriesEvent] {
    var kept: [SeriesEvent] = []
    var states: [Range<Int>] = []
    for event in found {
      if event.kind == .state {
        let near =
          event.reach.lowerBound - options.stateReach...event.reach.upperBound + options.stateReach
        let isNew = !states.contains { near.overlaps($0.lowerBound...$0.upperBound) }
        states.append(event.reach)
        if !isNew { continue }
      }
      kept.append(event)
    }
    kept += pairs()
    return merged(kept, gap: options.mergeGap)
  }

  /// Changes of level that undo each other within 200 rows.
  private func pairs() -> [SeriesEvent] {
    let levels = found.filter { $0.kind == .level }.sorted {
      $0.rows.lowerBound < $1.rows.lowerBound
    }
    var used: Set<Int> = []
    var pairs: [SeriesEvent] = []
    for (i, first) in levels.enumerated() {
      for j in levels.indices where j > i {
        let second = levels[j]
        guard second.rows.lowerBound - first.rows.lowerBound <= 200 else { break }
        guard !used.contains(i), !used.contains(j), first.cancels(second) else { continue }
        used.formUnion([i, j])
        var pair = first.severity >= second.severity ? first : second
        pair.kind = .fault
        pair.rows = first.rows.lowerBound..<second.flagged.upperBound
        for index in pair.channels.indices { pair.channels[index].shift = 0 }
        pair.reach = pair.rows
        pairs.append(pair)
      }
    }
    return pairs
  }

  private func merged(_ events: [SeriesEvent], gap: Int) -> [SeriesEvent] {
    var result: [SeriesEvent] = []
    for event in events.sorted(by: { $0.rows.lowerBound < $1.rows.lowerBound }) {
      if let last = result.last, event.rows.lowerBound - last.flagged.upperBound <= gap {
        result[result.count - 1].absorb(event)
      } else {
        result.append(event)
      }
    }
    return result
  }
}

extension SeriesEvent {
  /// Whether a later change of level takes this one back, in every channel that both have.
  fileprivate func cancels(_ other: SeriesEvent) -> Bool {
    let common = channels.compactMap { mine in
      other.channels.first { $0.channel == mine.channel }.map { (mine.shift, $0.shift) }
    }
    return !common.isEmpty
      && common.allSatisfy { abs($0 + $1) < 0.3 * max(abs($0), abs($1)) }
  }

  /// Becomes one with a neighbour that starts no earlier.
  mutating func absorb(_ other: SeriesEvent) {
    let joined = rows.lowerBound..<max(flagged.upperBound, other.flagged.upperBound)
    reach =
      min(reach.lowerBound, other.reach.lowerBound)..<max(reach.upperBound, other.reach.upperBound)
    if other.severity > severity {
      (peak, score, severity) = (other.peak, other.score, other.severity)
      if kind == .state || other.kind != .state { kind = other.kind }
    }
    for share in other.channels {
      if let index = channels.firstIndex(where: { $0.channel == share.channel }) {
        channels[index].gain += share.gain
        channels[index].shift += share.shift
      } else {
        channels.append(share)
      }
    }
    channels.sort { ($0.gain, $1.channel) > ($1.gain, $0.channel) }
    rows = joined
  }
}
