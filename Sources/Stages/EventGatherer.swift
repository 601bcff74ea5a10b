import Ingestion
import Reporting
import Stillwater
import Tabular

/// Merges neighbouring flagged rows of a series into events.
struct EventGatherer {
  private let timeName: String?
  private var closed: [EventRecord] = []
  private var open: EventRecord?

  init(_ detector: Detector) {
    timeName = detector.layout.schema.column(of: .time)?.name
  }

  /// All events, the one that the last row belongs to included.
  var events: [EventRecord] { closed + (open.map { [$0] } ?? []) }

  mutating func add(_ chunk: RecordChunk, _ findings: [Finding], path: String) {
    for (row, finding) in findings.enumerated() {
      guard finding.isAnomaly else {
        close()
        continue
      }
      let time = timeText(chunk, row)
      if open?.path == path {
        open?.append(finding, time: time)
      } else {
        close()
        open = EventRecord(path: path, time: time, peak: finding)
      }
    }
  }

  private mutating func close() {
    if let event = open { closed.append(event) }
    open = nil
  }

  private func timeText(_ chunk: RecordChunk, _ row: Int) -> String {
    guard let timeName, let column = chunk.table.column(named: timeName),
      case .times(let times) = column.values
    else { return "" }
    return iso8601(nanoseconds: times[row])
  }
}
