import Events
import Testing

@Suite struct AlarmBudgetTests {
  /// Eight alarms above 10 in 4,000 rows with a mean excess of 4: 20 in 10,000 rows at 10.
  private let budget = AlarmBudget(
    low: 10, severities: [22, 18, 15, 14, 12, 11, 10.5, 9.5 + 0], rows: 4_000)

  @Test func thresholdsFollowTheExponentialTail() {
    let budget = AlarmBudget(low: 10, severities: [20, 16, 14, 12, 12, 12, 11, 15], rows: 4_000)
    // 8 of 4,000 rows are 20 of 10,000; the mean excess is 32 / 8 = 4.
    #expect(budget.threshold(rate: 20) == 10 && budget.threshold(rate: 50) == 10)
    #expect(abs(budget.threshold(rate: 2) - (10 + 4 * 2.302_585)) < 1e-4)
    #expect(abs(budget.rate(above: budget.threshold(rate: 2)) - 2) < 1e-6)
    #expect(budget.interval(above: budget.threshold(rate: 2)).contains(2))
  }

  @Test func farRatesAreLessSure() {
    let budget = AlarmBudget(low: 10, severities: [20, 16, 14, 12, 12, 12, 11, 15], rows: 4_000)
    func width(_ rate: Double) -> Double {
      let interval = budget.interval(above: budget.threshold(rate: rate))
      return interval.upperBound / interval.lowerBound
    }
    #expect(width(10) < width(1) && width(1) < width(0.1))
    #expect(budget.doubt(rate: 3) == nil && budget.leastRate == 1.875)
    #expect(
      budget.doubt(rate: 1)
        == "a baseline of 4000 rows is too short to promise 1.0 alarms in 10,000 rows: the least that it "
        + "can tell is 1.88")
  }

  @Test func aBaselineWithoutAlarmsKnowsThatMuch() {
    let budget = AlarmBudget(low: 10, severities: [], rows: 1_000)
    #expect(budget.threshold(rate: 1) == 10)
    #expect(budget.interval(above: 10) == 0...30)
  }

  @Test func whatAFileMayNotHoldIsRefused() {
    #expect(budget.isUsable == false)  // one severity lies below the low bound
    #expect(!AlarmBudget(low: .nan, severities: [], rows: 10).isUsable)
    #expect(!AlarmBudget(low: 1, severities: [2], rows: 0).isUsable)
    #expect(!AlarmBudget(low: 1, severities: [.infinity], rows: 10).isUsable)
    #expect(AlarmBudget(low: 1, severities: [3, 2], rows: 10).isUsable)
    let model = EventModel(heat: [1, 2], budget: AlarmBudget(low: 1, severities: [], rows: 10))
    #expect(model.isUsable(channels: 2) && !model.isUsable(channels: 1))
  }
}
