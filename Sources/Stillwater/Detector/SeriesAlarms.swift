package import Events

/// When a series raises an alarm, and what explains it.
package struct SeriesAlarms: Sendable, Equatable, Codable {
  package let model: EventModel
  /// Alarms that normal rows are expected to raise in 10,000; nil where the threshold of single rows
  /// decides.
  package private(set) var rate: Double?
  /// The score that a row must exceed to need an explanation; nil where that of single rows decides.
  package private(set) var threshold: Float?

  /// One alarm in 10,000 rows, or what the baseline is long enough to tell; never below the threshold
  /// of single rows.
  ///
  /// * `rows`: the threshold of single rows.
  package static func standard(_ model: EventModel, rows: Float) -> SeriesAlarms {
    var alarms = SeriesAlarms(model: model)
    alarms.ask(rate: max(1, model.budget.leastRate))
    if let threshold = alarms.threshold, threshold < rows {
      (alarms.threshold, alarms.rate) = (rows, model.budget.rate(above: rows))
    }
    return alarms
  }

  private init(model: EventModel) { self.model = model }

  /// Asks for so many alarms in 10,000 rows.
  package mutating func ask(rate: Double) {
    (self.rate, threshold) = (rate, model.budget.threshold(rate: rate))
  }

  /// Leaves it to the threshold of single rows.
  package mutating func followRows() { (rate, threshold) = (nil, nil) }

  /// The promise as a sentence; nil where that of single rows holds.
  package var promise: String? { threshold.map { model.budget.promise(above: $0) } }

  /// Whether alarms that were read from a file can be computed with.
  func isUsable(channels: Int) -> Bool {
    model.isUsable(channels: channels) && (threshold == nil) == (rate == nil)
      && threshold?.isFinite ?? true && rate.map { $0 >= 0 && $0 <= 1e6 } ?? true
  }
}
