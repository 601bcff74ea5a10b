/// What is promised about the alarms of normal rows, and how sure that is; rates are alarms in 10,000
/// rows of each series.
package struct AlarmPromise: Sendable, Equatable, Encodable {
  /// Where the true rate lies in 19 of 20 baselines like this one.
  package struct Interval: Sendable, Equatable, Encodable {
    package var low, high: Double

    package init(low: Double, high: Double) { (self.low, self.high) = (low, high) }
  }

  /// What was asked for, and what is expected.
  package var alarmRate, expectedAlarmRate: Double
  package var alarmInterval: Interval
  /// The score that a row must exceed to need an explanation.
  package var threshold: Float
  /// All of it in one sentence.
  package var promise: String

  package init(
    alarmRate: Double, expectedAlarmRate: Double, alarmInterval: Interval, threshold: Float,
    promise: String
  ) {
    (self.alarmRate, self.expectedAlarmRate) = (alarmRate, expectedAlarmRate)
    (self.alarmInterval, self.threshold, self.promise) = (alarmInterval, threshold, promise)
  }
}
