package import Events

/// The alarm threshold of a series and the model that explains its alarms as events.
package struct SeriesAlarms: Sendable, Equatable, Codable {
  package let model: EventModel
  /// The expected number of alarms per 10,000 normal rows; nil where the row threshold applies.
  package private(set) var rate: Double?
  /// The score above which a row raises an alarm; nil where the row threshold applies.
  package private(set) var threshold: Float?
  /// Other rates of alarms that the model has under names.
  package var named: [String: Double] = [:]

  private init(model: EventModel) { self.model = model }

  /// One alarm per 10,000 rows, or the lowest rate that the baseline is long enough to support, but never
  /// a threshold below that of single rows.
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

  /// Sets the threshold for a number of alarms, above 0, per 10,000 rows.
  package mutating func ask(rate: Double) {
    (self.rate, threshold) = (rate, model.budget.threshold(rate: rate))
  }

  /// Reverts to the threshold of single rows.
  package mutating func followRows() { (rate, threshold) = (nil, nil) }

  /// Whether alarms read from a file are valid.
  func isUsable(channels: Int) -> Bool {
    model.isUsable(channels: channels) && (threshold == nil) == (rate == nil)
      && threshold?.isFinite ?? true && rate.map { $0 >= 0 && $0 <= 1e6 } ?? true
      && named.count <= 1_000 && named.keys.allSatisfy(AlarmPlan.isName)
      && named.values.allSatisfy { $0 > 0 && $0 <= 10_000 }
  }
}
