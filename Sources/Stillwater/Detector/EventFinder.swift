import Calibration
import Compute
import Encoding
import Events
import Files
import Reporting
import Scoring
import Tabular

/// Collects the events of a series, segment by segment.
struct EventFinder {
  /// An event with the rows of the table that it covers, in the order of time.
  struct Found {
    let event: SeriesEvent
    let segment: Segment
    let repaired: Matrix
    let state: EventRecord.State
  }

  private var explainer: Explainer?
  private let options = EventOptions()
  private let manners: EventManners
  let quietTimes: [QuietTime]
  let threshold: Float
  private let workers: Int
  private(set) var found: [Found] = []
  /// For each row of the table the index of its event plus one; 0 for none.
  private(set) var marks: [Int]
  /// Severities of the alarms among rows that are not labelled as anomalies.
  private(set) var alarms: [Float] = []
  private let labels: [Bool]?
  private var cutCount = 0

  /// * `labels`: the rows of the table that are labelled as anomalies, if it has labels.
  init(
    _ detector: Detector, _ scorer: SeriesScorer, rows: Int, labels: [Bool]?,
    _ options: ScoringOptions
  ) throws(StillwaterError) {
    manners = try options.manners.events(step: detector.step)
    quietTimes = options.manners.quietTimes
    self.labels = labels
    explainer = detector.alarms.map { Explainer(scorer, heat: $0.model.heat) }
    (threshold, workers) = (detector.threshold, options.threads)
    marks = [Int](repeating: 0, count: rows)
  }

  /// Explains the alarms of a segment and replaces the expected values inside events by the repaired ones.
  mutating func explain(
    _ segment: Segment, _ measurement: SeriesMeasurement, _ scores: inout RowScores
  ) async {
    guard
      let explanation = await explainer?.explain(
        measurement, threshold: threshold, workers: workers)
    else { return }
    cutCount += explanation.isCut ? 1 : 0
    alarms += AlarmBudget.alarms(among: explanation.found.filter { !isLabelled($0, segment) })
    let limit = Threshold(value: threshold)
    let told = manners.told(
      of: explanation, rows: segment.rows.count, options: options, ratio: limit.ratio)
    for (event, isAccepted) in told.map({ ($0.event, $0.isAccepted) }) {
      let isOpen = event.kind == .level || event.flagged.upperBound >= segment.rows.count
      found.append(
        Found(
          event: event, segment: segment, repaired: explanation.repaired,
          state: isAccepted ? .accepted : isOpen ? .open : .closed))
      for row in event.flagged where row < segment.rows.count {
        marks[segment.rows[row]] = found.count
        guard scores.expected.rows > 0 else { continue }
        for share in event.channels {
          scores.expected[row, share.channel] = explanation.repaired[row, share.channel]
        }
      }
    }
  }

  private func isLabelled(_ event: SeriesEvent, _ segment: Segment) -> Bool {
    guard let labels else { return false }
    return event.flagged.contains { $0 < segment.rows.count && labels[segment.rows[$0]] }
  }

  var warnings: [String] {
    guard cutCount > 0 else { return [] }
    return [
      "\(cutCount) stretches of time hold more alarms than could be explained one by one; the rest was "
        + "flagged where the score is at least 0.7 of its peak"
    ]
  }
}
