import ArgumentParser
import Events
import Foundation
import Reporting
import Stillwater

/// Whether the alarms of series are as wide as the faults, and as many as promised.
struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "Rows flagged, events found, false alarms, injected faults and what was expected.")

  /// What is measured.
  enum Part: String, CaseIterable, ExpressibleByArgument {
    case labelled, injected, plant, day, nab
  }

  @Argument(help: "The folder with timeseries/ and nab/.") var folder: String
  @Option(help: "What is measured; repeatable.") var part: [Part] = Part.allCases
  @Option(help: "fast, balanced or best.") var quality = Quality.balanced
  @Option(help: "Seeds, one run each.") var seeds = 1
  @Option(help: "Only series whose name starts with this; repeatable.") var only: [String] = []
  @Option(help: "Further rates of alarms in 10,000 rows to be tried on labelled series.")
  var rate: [Double] = [1, 3, 10]
  @Option(help: "The folder with sensors/.") var examples = "data"
  @Flag(help: "Every event is printed.") var verbose = false

  func run() async throws {
    let bench = EventBench(
      folder: folder, quality: quality, seeds: seeds, only: only, isVerbose: verbose)
    if part.contains(.labelled) { try await bench.labelled(rates: rate) }
    if part.contains(.injected) { try await bench.injected() }
    if part.contains(.plant) { try await bench.plant(examples) }
    if part.contains(.day) { try await bench.day() }
    if part.contains(.nab) { try await bench.nab() }
  }
}

/// What all parts share.
struct EventBench: Sendable {
  let folder: String
  let quality: Quality
  let seeds: Int
  let only: [String]
  let isVerbose: Bool

  func settings(seed: Int, time: String? = "index", label: String? = "label") -> TrainingSettings {
    var settings = TrainingSettings()
    (settings.quality, settings.seed) = (quality, UInt64(seed))
    (settings.columns.time, settings.columns.label) = (time, label)
    return settings
  }

  func show(_ events: [EventRecord]) {
    guard isVerbose else { return }
    for event in events {
      let columns = event.columns.map {
        "\($0.name) \(hundredths($0.found)) for \(hundredths($0.expected))"
      }
      print(
        "    \(event.kind) lines \(event.start.line)-\(event.end.line) (\(event.rows) rows) "
          + "peak \(event.peak.line) score \(hundredths(Double(event.peakScore))) "
          + "severity \(event.severity) \(event.state) \(columns.joined(separator: ", "))")
    }
  }
}

/// The middle of some values; nil of none.
func median(_ values: [Double]) -> Double? {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return nil }
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

func mean(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}
