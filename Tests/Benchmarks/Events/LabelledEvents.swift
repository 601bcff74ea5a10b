import Evaluation
import Foundation
import Stillwater

extension EventBench {
  /// One way to flag the rows of a series.
  private struct Manner: Hashable {
    let name: String
    /// Alarms in 10,000 rows that were asked for, if any.
    let rate: Double?
  }

  /// The labelled series: rows flagged, events found, false alarms, by several promises.
  func labelled(rates: [Double]) async throws {
    print(
      "| series | manner | normal rows % | recall % | false / 10,000 | alarms | threshold | VUS-PR | train s | score s |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    let manners =
      [Manner(name: "rows before", rate: nil), Manner(name: "default", rate: nil)]
      + rates.map { Manner(name: "\($0) / 10,000", rate: $0) }
      + [Manner(name: "1 % of rows", rate: nil)]
    var all: [Manner: [(tally: AlarmTally, isSingle: Bool)]] = [:]
    var surfaces: [(isSingle: Bool, value: Double)] = []
    for set in try LabelledSet.all(in: folder, kind: .timeseries, only: only) {
      for seed in 0..<seeds {
        try await set.withFiles { train, test, first in
          let start = clock()
          var detector = try await Detector.train(on: [train], settings(seed: seed)).detector
          let trained = clock()
          let isSingle = detector.featureNames.count == 1
          for manner in manners {
            if let rate = manner.rate { detector.flag(alarmRate: rate) }
            if manner.name == "1 % of rows" { try detector.flag(rate: 0.01) }
            let begun = clock()
            let scored = try await detector.labelledScores(of: .file(test), ScoringOptions())
            let seconds = Double(clock() - begun) / Double(CLOCKS_PER_SEC)
            let labels = scored.labels ?? []
            let flags =
              manner.name == "rows before"
              ? scored.scores.map { $0 > detector.rowThreshold } : scored.flags
            let tally = AlarmTally(flags: flags, labels: labels, from: first)
            all[manner, default: []].append((tally, isSingle))
            var surface = ""
            if manner.name == "default" {
              let metrics = Metrics(
                scores: scored.scores, labels: labels,
                extent: Metrics.Extent(
                  flags: flags, window: dominantPeriod(of: scored.firstFeature)))
              surface = percent(metrics.vusPR)
              if let value = metrics.vusPR { surfaces.append((isSingle, value)) }
            }
            print(
              "| \(set.name.prefix(40)) | \(manner.name) | \(percent(tally.normalShare)) "
                + "| \(percent(tally.recall)) | \(hundredths(tally.falseAlarms)) | \(tally.alarms) "
                + "| \(detector.threshold) | \(surface) "
                + "| \(hundredths(Double(trained - start) / Double(CLOCKS_PER_SEC))) "
                + "| \(hundredths(seconds)) |")
            if manner.name == "default" { show(scored.outcome.events) }
          }
        }
      }
    }
    print("\n| manner | channels | series | normal rows % | recall % | false / 10,000 | holds % |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for manner in manners {
      for (name, only) in [("all", nil), ("one", true), ("several", false)] {
        let some = (all[manner] ?? []).filter { only == nil || $0.isSingle == only }.map(\.tally)
        guard !some.isEmpty else { continue }
        let holds = manner.rate.map { rate in
          Double(some.count { $0.holds(rate: rate) }) / Double(some.count)
        }
        print(
          "| \(manner.name) | \(name) | \(some.count) | \(percent(mean(some.compactMap(\.normalShare)))) "
            + "| \(percent(mean(some.compactMap(\.recall)))) "
            + "| \(hundredths(mean(some.map(\.falseAlarms)) ?? 0)) | \(percent(holds)) |")
      }
    }
    print(
      "VUS-PR: one channel \(percent(mean(surfaces.filter(\.isSingle).map(\.value)))), "
        + "several \(percent(mean(surfaces.filter { !$0.isSingle }.map(\.value))))")
  }
}
