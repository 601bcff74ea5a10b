import ArgumentParser
import Evaluation
import Foundation
import Stillwater

/// The two kinds of labelled sets.
enum SetKind: String, CaseIterable, ExpressibleByArgument, Sendable {
  case tabular, timeseries
}

/// One labelled set: where it lies and how it is trained on.
struct LabelledSet: Sendable {
  let name: String
  let kind: SetKind
  let folder: String

  /// The sets of a kind, sorted by name; none where there is no such folder.
  static func all(in folder: String, kind: SetKind, only: [String]) throws -> [LabelledSet] {
    let path = "\(folder)/\(kind.rawValue)"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    return names.filter { name in only.isEmpty || only.contains { name.hasPrefix($0) } }
      .map { LabelledSet(name: $0, kind: kind, folder: path) }
  }

  /// Trains on the baseline, scores the test rows and judges the scores.
  func measure(_ variant: Variant, seed: UInt64) async throws -> SetResult {
    var settings = TrainingSettings()
    (settings.seed, settings.quality) = (seed, variant.quality)
    (settings.exemplars, settings.parts) = (variant.exemplars, variant.parts)
    settings.columns.label = "label"
    guard kind == .timeseries else {
      return try await measure(
        settings, train: "\(folder)/\(name)/baseline.csv", test: "\(folder)/\(name)/test.csv")
    }
    settings.columns.time = "index"
    settings.isCausal = variant.isCausal
    let baseline = try baselineOfSeries(seed)
    defer { try? FileManager.default.removeItem(atPath: baseline) }
    return try await measure(settings, train: baseline, test: "\(folder)/\(name)")
  }

  /// Writes the first rows of the series, as many as its name says, to a file of their own.
  private func baselineOfSeries(_ seed: UInt64) throws -> String {
    let parts = name.split(separator: "_").map { String($0) }
    let place = parts.firstIndex(of: "tr").map { $0 + 1 } ?? parts.count
    let number = place < parts.count ? parts[place].prefix { $0.isNumber } : ""
    guard let rows = Int(number) else {
      throw ValidationError("\(name) does not say how long its baseline is")
    }
    let lines = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      .split(separator: "\n")
    let path = NSTemporaryDirectory() + "stillwater-bench-\(getpid())-\(seed)-\(name)"
    try (lines.prefix(rows + 1).joined(separator: "\n") + "\n")
      .write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func measure(_ settings: TrainingSettings, train: String, test: String) async throws
    -> SetResult
  {
    let start = clock()
    let detector = try await Detector.train(on: [train], settings)
    let trained = clock()
    let judged = try await detector.judge(test, ScoringOptions())
    let scored = clock()
    let window = kind == .timeseries ? dominantPeriod(of: judged.firstFeature) : nil
    let metrics = Metrics(
      scores: judged.scores, labels: judged.labels ?? [],
      extent: Metrics.Extent(flags: judged.flags, window: window))
    return SetResult(
      name: name, channels: detector.featureNames.count,
      auroc: metrics.auroc, auprc: metrics.auprc, f1: metrics.f1AtTrueRate, vusPR: metrics.vusPR,
      trainSeconds: Double(trained - start) / Double(CLOCKS_PER_SEC),
      scoreSeconds: Double(scored - trained) / Double(CLOCKS_PER_SEC))
  }
}

/// One way to build the detector.
struct Variant: Sendable {
  let name: String
  var quality = Quality.balanced
  var exemplars = 10_000
  var isCausal = false
  /// The parts of the score that count, empty for all.
  var parts: [String] = []

  /// The default, the points of the quality dial, and every part alone.
  static func all(of kind: SetKind) -> [Variant] {
    let parts =
      kind == .tabular
      ? ["local", "empirical", "standard", "robust", "quantile", "network"]
      : ["forecast", "residual", "density", "channels"]
    var variants = [
      Variant(name: "default"), Variant(name: "fast", quality: .fast),
      Variant(name: "best", quality: .best),
    ]
    if kind == .tabular {
      variants += [
        Variant(name: "no baseline row in the model", exemplars: 0),
        Variant(
          name: "without the noise level", parts: ["standard", "robust", "quantile", "network"]),
      ]
    }
    if kind == .timeseries { variants.append(Variant(name: "causal", isCausal: true)) }
    return variants + parts.map { Variant(name: "\($0) alone", parts: [$0]) }
  }
}

/// The results of all sets, means over the seeds; one line for each is printed as it comes.
func measure(_ sets: [LabelledSet], _ variant: Variant, seeds: Int) async throws -> [SetResult] {
  var results: [SetResult] = []
  for set in sets {
    var runs: [SetResult] = []
    for seed in 0..<max(1, seeds) {
      runs.append(try await set.measure(variant, seed: UInt64(seed)))
    }
    results.append(SetResult(meanOf: runs))
    print(results[results.count - 1].line)
  }
  return results
}
