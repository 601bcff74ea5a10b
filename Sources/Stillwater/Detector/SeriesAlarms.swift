package import Events

/// When a series raises an alarm, and what explains it.
package struct SeriesAlarms: Sendable, Equatable, Codable {
  package let model: EventModel
  /// Alarms that normal rows are expected to raise in 10,000; nil where the threshold of single rows
  /// decides.
  package private(set) var rate: Double?
  /// The score that a row must exceed to need an explanation; nil where that of single rows decides.
  package private(set) var threshold: Float?
  /// Other rates of alarms that the model has under names.
  package var named: [String: Double] = [:]

  private init(model: EventModel) { self.model = model }

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

  /// The same alarms by another baseline's rows.
  ///
  /// * `rows`: the threshold of single rows.
  package func refitted(to model: EventModel, rows: Float) -> SeriesAlarms {
    var alarms = Self.standard(model, rows: rows)
    if let rate, rate > 0 { alarms.ask(rate: rate) }
    alarms.named = named
    return alarms
  }

  /// Asks for so many alarms, above 0, in 10,000 rows.
  package mutating func ask(rate: Double) {
    (self.rate, threshold) = (rate, model.budget.threshold(rate: rate))
  }

  /// Leaves it to the threshold of single rows.
  package mutating func followRows() { (rate, threshold) = (nil, nil) }

  /// Whether alarms that were read from a file can be computed with.
  func isUsable(channels: Int) -> Bool {
    model.isUsable(channels: channels) && (threshold == nil) == (rate == nil)
      && threshold?.isFinite ?? true && rate.map { $0 >= 0 && $0 <= 1e6 } ?? true
      && named.count <= 1_000 && named.keys.allSatisfy(AlarmPlan.isName)
      && named.values.allSatisfy { $0 > 0 && $0 <= 10_000 }
  }
}
