import ArgumentParser
import Calibration
import Foundation
import Stillwater
import TestSupport

/// The false-alarm rate that a threshold has on fresh normal rows, over many splits of a baseline.
struct CalibrationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibration",
    abstract: "Realised false-alarm rates on fresh normal rows against the promised interval.")

  @Argument(help: "The folder with tabular/ and timeseries/.") var folder: String
  @Option(help: "Random halves of each table's baseline.") var splits = 50
  @Option(help: "fast, balanced or best.") var quality = Quality.fast
  @Option(help: "Baseline rows in a model of tables; 0 for means of rows.") var exemplars = 10_000
  @Option(help: "Only sets whose name starts with this; repeatable.") var only: [String] = []
  @Option(help: "Tables with fewer baseline rows are left out.") var rows = 1_000

  func run() async throws {
    print("| set | splits | mean rate, asked 1 % | inside the interval, expected 95 % |")
    print("| --- | --- | --- | --- |")
    var all = Tally()
    for set in try LabelledSet.all(in: folder, kind: .tabular, only: only) {
      let tally = try await tables(set)
      guard tally.count > 0 else { continue }
      print("| \(set.name) | \(tally.text) |")
      all.add(tally)
    }
    print("| **tables** | \(all.text) |")
    try await series()
  }

  /// Halves of the baseline: one is learned from, the other one is fresh.
  private func tables(_ set: LabelledSet) async throws -> Tally {
    let table = try TextTable(path: "\(set.folder)/\(set.name)/baseline.csv")
    var tally = Tally()
    guard table.rows.count >= rows else { return tally }
    try await withScratchFolder { scratch in
      var generator = SeededGenerator(seed: 1)
      for split in 0..<splits {
        let order = table.rows.shuffled(using: &generator)
        let halves = [order[..<(order.count / 2)], order[(order.count / 2)...]]
        for (name, half) in zip(["learned", "fresh"], halves) {
          try TextTable(header: table.header, rows: Array(half)).write(to: "\(scratch)/\(name).csv")
        }
        var settings = TrainingSettings()
        (settings.quality, settings.seed) = (quality, UInt64(split))
        settings.exemplars = exemplars
        settings.columns.label = "label"
        let run = try await SetRun(
          settings, train: "\(scratch)/learned.csv", test: "\(scratch)/fresh.csv", baselineRows: 0)
        tally.add(run.judged.flags, run.detector)
      }
    }
    return tally
  }

  /// The normal rows behind the baseline of each series.
  private func series() async throws {
    var tally = Tally()
    for set in try LabelledSet.all(in: folder, kind: .timeseries, only: only) {
      let run = try await set.run(Variant(name: "", quality: quality), seed: 0)
      let normal = zip(run.judged.flags, run.judged.labels ?? []).dropFirst(run.baselineRows)
        .filter { !$0.1 }.map(\.0)
      if !normal.isEmpty { tally.add(normal, run.detector) }
    }
    if tally.count > 0 { print("| **series**, one run each | \(tally.text) |") }
  }
}

/// Realised rates.
private struct Tally {
  private(set) var count = 0
  private var inside = 0
  private var rates = 0.0

  /// The interval is that of the true rate; the rate of so few rows spreads further, by the
  /// binomial law, and both spreads add in squares.
  mutating func add(_ flags: [Bool], _ detector: Detector) {
    let summary = detector.calibration.summary
    guard let interval = summary.interval, let expected = summary.expectedRate else { return }
    let rate = Double(flags.count { $0 }) / Double(flags.count)
    let chance = 1.96 * (expected * (1 - expected) / Double(flags.count)).squareRoot()
    let bound = rate < expected ? interval.low : interval.high
    count += 1
    rates += rate
    inside += abs(rate - expected) <= hypot(bound - expected, chance) ? 1 : 0
  }

  mutating func add(_ other: Tally) {
    (count, inside, rates) = (count + other.count, inside + other.inside, rates + other.rates)
  }

  var text: String {
    "\(count) | \(percent(rates / Double(count))) % "
      + "| \(percent(Double(inside) / Double(count))) % (\(inside) of \(count))"
  }
}
