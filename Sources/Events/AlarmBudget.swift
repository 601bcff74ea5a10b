import Compute
package import Scoring

/// How often normal rows raise an alarm: severities of left-out stretches of the baseline above a low
/// bound, and an exponential tail beyond.
package struct AlarmBudget: Sendable, Equatable, Codable {
  /// What left-out alarms were looked for above.
  package let low: Float
  /// Severities of the left-out alarms, highest first; events within 400 rows are one alarm.
  package let severities: [Float]
  /// Rows that were left out in turn.
  package let rows: Int

  /// Events at most so far apart are one alarm.
  package static let alarmGap = 400
  /// The unit in which a rate of alarms is told, rows.
  package static let unit = 10_000.0

  package init(low: Float, severities: [Float], rows: Int) {
    (self.low, self.severities, self.rows) = (low, severities.sorted(by: >), rows)
  }

  /// Mean severity beyond the low bound.
  private var excess: Double {
    let sum = severities.reduce(0.0) { $0 + Double($1 - low) }
    let least = 1e-3 * abs(Double(low)) + 1e-9
    return severities.isEmpty ? least : max(sum / Double(severities.count), least)
  }

  /// The severity above which normal rows raise `rate` alarms in 10,000: low + e ln(m 10^4 / (k n)).
  package func threshold(rate: Double) -> Float {
    let ratio = expectedAtLow / rate
    return ratio <= 1 ? low : low + Float(excess * logarithm(ratio))
  }

  /// Alarms in 10,000 rows that are expected above a threshold of at least the low bound.
  package func rate(above threshold: Float) -> Double {
    expectedAtLow * exponential(-Double(max(0, threshold - low)) / excess)
  }

  private var expectedAtLow: Double {
    Double(severities.count) * Self.unit / Double(max(1, rows))
  }

  /// Where the true rate lies in 19 of 20 baselines like this one, if the tail is exponential: both the
  /// number of alarms and their mean excess are uncertain by 1 / sqrt(m).
  package func interval(above threshold: Float) -> ClosedRange<Double> {
    guard !severities.isEmpty else { return 0...3 * Self.unit / Double(max(1, rows)) }
    let reach = Double(max(0, threshold - low)) / excess
    let spread = 1.96 * ((1 + reach * reach) / Double(severities.count)).squareRoot()
    let rate = rate(above: threshold)
    return rate * exponential(-spread)...rate * exponential(spread)
  }

  /// The severities of the alarms of a segment, in the order of time.
  package static func alarms(among events: [SeriesEvent]) -> [Float] {
    var (severities, end) = ([Float](), Int.min / 2)
    for event in events.sorted(by: { $0.rows.lowerBound < $1.rows.lowerBound }) {
      if event.rows.lowerBound - end <= alarmGap, !severities.isEmpty {
        severities[severities.count - 1] = max(severities[severities.count - 1], event.severity)
      } else {
        severities.append(event.severity)
      }
      end = event.flagged.upperBound
    }
    return severities
  }

  /// The least rate that the baseline is long enough to tell: it would hold three alarms in four such
  /// baselines.
  package var leastRate: Double { 0.75 * Self.unit / Double(max(1, rows)) }

  /// Why a rate cannot be promised; nil when it can.
  package func doubt(rate: Double) -> String? {
    guard rate < leastRate else { return nil }
    return
      "a baseline of \(rows) rows is too short to promise \(brief(rate)) alarms in 10,000 rows: the least "
      + "that it can tell is \(brief(leastRate))"
  }

  /// A number with two decimals.
  private func brief(_ value: Double) -> Double { (value * 100).rounded() / 100 }

  /// Whether a budget that was read from a file can be computed with.
  package var isUsable: Bool {
    low.isFinite && rows > 0 && severities.count <= rows
      && severities.allSatisfy { $0.isFinite && $0 >= low }
      && zip(severities, severities.dropFirst()).allSatisfy { $0 >= $1 }
  }
}

/// What explaining the alarms of a series needs beside its scorer; fitted to left-out stretches.
package struct EventModel: Sendable, Equatable, Codable {
  /// How much more than by design a normal window's distance is, for each channel, at least 1.
  package let heat: [Double]
  package let budget: AlarmBudget

  package init(heat: [Double], budget: AlarmBudget) { (self.heat, self.budget) = (heat, budget) }

  /// Fits to what scorers say of the stretches of the baseline that they have not seen.
  ///
  /// * `threshold`: that of the rows, above which nothing more is looked for.
  package static func fit(
    to stretches: [LeftOutStretch], channels: Int, threshold: Float,
    options: EventOptions = EventOptions(), workers: Int
  ) async -> EventModel {
    let heat = (0..<channels).map { WindowHeat(stretches, channel: $0).value }
    let scores = stretches.flatMap(\.scores).map { Double($0) }.sorted()
    let high = scores.isEmpty ? threshold : Float(quantile(ofSorted: scores, 0.9))
    let low = min(threshold, max(high, threshold / 2))
    var severities: [Float] = []
    for stretch in stretches {
      var explainer = Explainer(stretch.scorer, heat: heat, options: options)
      let explanation = await explainer.explain(
        stretch.measurement, threshold: low, mostEvents: 60, workers: workers)
      severities += AlarmBudget.alarms(
        among: explanation.found.filter { $0.peak >= stretch.context })
    }
    return EventModel(
      heat: heat, budget: AlarmBudget(low: low, severities: severities, rows: scores.count))
  }

  /// Whether a model that was read from a file can be computed with.
  package func isUsable(channels: Int) -> Bool {
    heat.count == channels && heat.allSatisfy { $0 >= 1 && $0 < 1e12 } && budget.isUsable
  }
}
