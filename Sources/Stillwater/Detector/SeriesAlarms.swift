package import Events

/// When a series raises an alarm, and what explains it.
package struct SeriesAlarms: Sendable, Equatable, Codable {
  package let model: EventModel
  /// Alarms that normal rows may raise in 10,000; nil to go by the threshold of the rows.
  package var rate: Double?
  /// Other rates of alarms that the model has under names.
  package var named: [String: Double]

  package init(model: EventModel, rate: Double?, named: [String: Double] = [:]) {
    (self.model, self.rate, self.named) = (model, rate, named)
  }

  /// The score that a row must exceed to need an explanation; nil to go by that of the rows.
  package var threshold: Float? { rate.map { model.budget.threshold(rate: $0) } }

  /// Whether alarms that were read from a file can be computed with.
  func isUsable(channels: Int) -> Bool {
    let rates = [rate].compactMap(\.self) + Array(named.values)
    return model.isUsable(channels: channels) && named.count <= 1_000
      && named.keys.allSatisfy(AlarmPlan.isName) && rates.allSatisfy { $0 > 0 && $0 <= 10_000 }
  }
}
