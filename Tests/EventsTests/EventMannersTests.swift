import Events
import Testing

/// What is reported of the events of a segment of 1,000 rows.
@Suite struct EventMannersTests {
  private func event(
    _ kind: SeriesEvent.Kind, _ rows: Range<Int>, reach: Range<Int>? = nil
  ) -> SeriesEvent {
    SeriesEvent(
      kind: kind, rows: rows, peak: rows.lowerBound, score: 20, severity: 20, channels: [],
      reach: reach ?? rows)
  }

  private func told(_ events: [SeriesEvent], acceptShift: Int?) -> [EventManners.Told] {
    var manners = EventManners()
    manners.acceptShift = acceptShift
    return manners.told(of: events, rows: 1_000, reach: 400)
  }

  @Test func nothingIsAcceptedUnlessAskedFor() {
    let events = [event(.level, 10..<12), event(.state, 500..<520), event(.fault, 900..<905)]
    let told = told(events, acceptShift: nil)
    #expect(told.map(\.event) == events && told.allSatisfy { !$0.isAccepted })
  }

  /// A change of level is the new normal once the segment has gone on for long enough behind it.
  @Test(arguments: [(10..<12, true), (10..<10, true), (898..<900, true), (899..<901, false)])
  func aLevelIsAcceptedInTime(rows: Range<Int>, isAccepted: Bool) {
    let told = told([event(.level, rows)], acceptShift: 100)
    #expect(told.map(\.isAccepted) == [isAccepted || rows.isEmpty])
  }

  @Test(arguments: [SeriesEvent.Kind.fault, .still])
  func faultsAreNeverAccepted(kind: SeriesEvent.Kind) {
    let told = told([event(kind, 0..<500)], acceptShift: 100)
    #expect(told.map(\.isAccepted) == [false])
  }

  /// A changed state that goes on is reported until it is accepted, and then no more.
  @Test func aStateThatGoesOnIsReportedOnceMore() {
    let events = [0..<50, 80..<120, 300..<350, 600..<650].map { event(.state, $0) }
    let told = told(events, acceptShift: 100)
    #expect(told.map(\.event) == Array(events[..<2]))
    #expect(told.map(\.isAccepted) == [false, true])
  }

  /// What lies farther away than a state reaches is another one.
  @Test func aStateFarAwayIsNews() {
    let events = [event(.state, 0..<50), event(.state, 451..<500)]
    #expect(told(events, acceptShift: 100).map(\.isAccepted) == [false, false])
    let near = [event(.state, 0..<50), event(.state, 450..<500)]
    #expect(told(near, acceptShift: 100).map(\.event) == [near[0]])
  }

  /// A long state is old before it is reported for the first time.
  @Test func aLongStateIsAcceptedAtOnce() {
    let told = told([event(.state, 20..<30, reach: 0..<200)], acceptShift: 100)
    #expect(told.map(\.isAccepted) == [true])
  }

  @Test func faultsBetweenStatesDoNotEndThem() {
    let events = [event(.state, 0..<50), event(.fault, 60..<61), event(.state, 70..<160)]
    let told = told(events, acceptShift: 150)
    #expect(told.map(\.event.kind) == [.state, .fault, .state])
    #expect(told.map(\.isAccepted) == [false, false, true])
  }

  @Test func aLevelWithoutATransitionIsFlaggedAtItsFirstRow() {
    #expect(event(.level, 7..<7).flagged == 7..<8)
    #expect(event(.fault, 7..<9).flagged == 7..<9)
  }

  @Test func neighboursAreMergedByDefault() {
    #expect(EventManners().mergeGap == EventOptions().mergeGap)
    #expect(EventManners().minRows == 1 && EventManners().minRatio == 1)
    #expect(EventManners().acceptShift == nil)
  }
}
