import Calibration
import Encoding
import Events
package import Reporting

extension AlarmPromise {
  /// * `step`: nanoseconds from row to row.
  fileprivate init(rate: Double, threshold: Float, budget: AlarmBudget, step: Int64?) {
    let (expected, interval) = (
      budget.rate(above: threshold), budget.interval(above: threshold)
    )
    // Where no left-out stretch raised an alarm, what the interval allows.
    let rate = rate > 0 ? rate : interval.upperBound
    let time = step.map { " (about one in \(spoken(Double($0) * 10_000 / rate)))" } ?? ""
    self.init(
      alarmRate: rate, expectedAlarmRate: expected,
      alarmInterval: Interval(low: interval.lowerBound, high: interval.upperBound),
      threshold: threshold,
      promise: "at most \(brief(rate)) alarms in 10,000 rows of each series\(time): expected "
        + "\(brief(expected)), 95 % interval \(brief(interval.lowerBound)) to "
        + "\(brief(interval.upperBound)), from \(budget.severities.count) lesser alarms in "
        + "\(budget.rows) left-out rows; events within \(AlarmBudget.alarmGap) rows are one alarm; "
        + "holds if new normal stretches resemble them")
  }
}

/// A time in words, with two digits: "23 days".
private func spoken(_ nanoseconds: Double) -> String {
  let units = [("seconds", 1.0), ("minutes", 60), ("hours", 3_600), ("days", 86_400)]
  let seconds = nanoseconds / 1e9
  let (name, length) = units.last { seconds >= 2 * $0.1 } ?? units[0]
  let (value, years) = (seconds / length, seconds / (365.25 * 86_400))
  return years >= 2 ? "\(twoDigits(years)) years" : "\(twoDigits(value)) \(name)"
}

private func twoDigits(_ value: Double) -> String {
  value >= 10 ? "\(Int(min(value, 1e15).rounded()))" : brief((value * 10).rounded() / 10)
}

extension Detector {
  /// What is promised about the alarms of a series; nil where single rows are counted.
  package var alarmPromise: AlarmPromise? {
    guard let rate = alarms?.rate, let threshold = alarms?.threshold else { return nil }
    return AlarmPromise(rate: rate, threshold: threshold, budget: budget, step: step)
  }

  /// The promises that the model has under names.
  package var namedPromises: [String: AlarmPromise] {
    (alarms?.named ?? [:]).mapValues { rate in
      AlarmPromise(
        rate: rate, threshold: budget.threshold(rate: rate), budget: budget, step: step)
    }
  }

  private var budget: AlarmBudget {
    alarms?.model.budget ?? AlarmBudget(low: 0, severities: [], rows: 0)
  }

  /// The usual time between the rows of a series, nanoseconds.
  var step: Int64? {
    guard case .series(let encoder, _) = core, let step = encoder.interval, step > 0 else {
      return nil
    }
    return step
  }

  /// Sets the thresholds of a series by alarms.
  package mutating func flag(_ plan: AlarmPlan) throws {
    if let rate = try plan.standard.map(checked) { alarms?.ask(rate: rate) }
    for (name, rate) in try plan.named.mapValues(checked) { alarms?.named[name] = rate }
  }

  /// The same for a new model, which may go by single rows.
  mutating func aim(at plan: AlarmPlan) throws {
    if plan.countsRows, plan.standard == nil { alarms?.followRows() }
    try flag(plan)
  }

  /// Sets the threshold of a series by the alarms that were chosen.
  package mutating func flag(_ choice: AlarmChoice) throws(StillwaterError) {
    switch choice {
    case .rate(let asked):
      let rate = try checked(asked)
      alarms?.ask(rate: rate)
    case .named(let name):
      try refuseTables()
      let names = (alarms?.named ?? [:]).keys.sorted()
      guard let rate = alarms?.named[name] else {
        throw StillwaterError(
          .usage,
          "the model has no alarms named \(name)" + suggestion(for: name, among: names) + "; "
            + (names.isEmpty ? "calibrate --alarms \(name)=N/week adds them" : "it has: ")
            + names.joined(separator: ", "))
      }
      alarms?.ask(rate: rate)
    }
  }

  /// What the rows that set the threshold say too little about, one sentence each.
  package var doubts: [String] {
    let rows = alarms?.rate == nil ? calibration.summary.warnings.map(\.description) : []
    // Where the threshold of single rows is the higher one, nobody has asked for a rate.
    let rate = alarms?.threshold == rowThreshold ? nil : alarms?.rate
    let rates = Set([rate].compactMap(\.self) + Array((alarms?.named ?? [:]).values))
    return rows + rates.sorted().compactMap { budget.doubt(rate: $0) }
  }

  private func refuseTables() throws(StillwaterError) {
    guard alarms == nil else { return }
    throw StillwaterError(
      .usage, "alarms are counted in time: they are for series; a table takes a false-alarm rate")
  }

  /// An asked rate in 10,000 rows, unless the left-out rows can know nothing about it.
  ///
  /// A rate of which they would hold less than a fiftieth is refused: the tail would be drawn out by
  /// more than four mean excesses, and its interval spans several powers of ten.
  private func checked(_ rate: AlarmRate) throws(StillwaterError) -> Double {
    try refuseTables()
    let asked = try rate.perTenThousandRows(interval: step)
    let seen = asked * Double(budget.rows) / AlarmBudget.unit
    guard seen < 0.02 else { return asked }
    let rows = Int((0.02 * AlarmBudget.unit / asked).rounded(.up))
    throw StillwaterError(
      .badData,
      "\(budget.rows) left-out rows are too few to know anything about \(rate.text): they would hold "
        + "\(brief(seen)) of such alarms; at least \(rows) rows are needed, or ask for more alarms")
  }
}
