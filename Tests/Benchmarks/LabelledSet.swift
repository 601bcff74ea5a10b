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
    let run = try await run(variant, seed: seed)
    let window = kind == .timeseries ? dominantPeriod(of: run.judged.firstFeature) : nil
    let metrics = Metrics(
      scores: run.judged.scores, labels: run.judged.labels ?? [],
      extent: Metrics.Extent(flags: run.judged.flags, window: window))
    return SetResult(
      name: name, channels: run.detector.featureNames.count,
      auroc: metrics.auroc, auprc: metrics.auprc, f1: metrics.f1AtTrueRate, vusPR: metrics.vusPR,
      trainSeconds: run.trainSeconds, scoreSeconds: run.scoreSeconds)
  }

  /// Trains on the baseline and scores the test rows; of a series all, the baseline included.
  func run(_ variant: Variant, seed: UInt64) async throws -> SetRun {
    var settings = TrainingSettings()
    (settings.seed, settings.quality) = (seed, variant.quality)
    (settings.exemplars, settings.parts) = (variant.exemplars, variant.parts)
    settings.columns.label = "label"
    guard kind == .timeseries else {
      let path = "\(folder)/\(name)"
      return try await SetRun(
        settings, train: "\(path)/baseline.csv", test: "\(path)/test.csv", baselineRows: 0)
    }
    settings.columns.time = "index"
    settings.isCausal = variant.isCausal
    let seriesSettings = settings
    return try await withFiles { train, test, rows in
      try await SetRun(seriesSettings, train: train, test: test, baselineRows: rows)
    }
  }

  /// Runs `body` with the baseline of a series, the whole series, and the rows of the baseline.
  func withFiles<Result>(
    _ body: (_ train: String, _ test: String, _ rows: Int) async throws -> Result
  ) async throws -> Result {
    let baseline = try baselineOfSeries()
    return try await withScratchFolder { scratch in
      try baseline.write(to: "\(scratch)/baseline.csv")
      return try await body(
        "\(scratch)/baseline.csv", "\(folder)/\(name)", baseline.rows.count)
    }
  }

  /// The first rows of the series, as many as its name says.
  private func baselineOfSeries() throws -> TextTable {
    let parts = name.split(separator: "_").map { String($0) }
    let place = parts.firstIndex(of: "tr").map { $0 + 1 } ?? parts.count
    let number = place < parts.count ? parts[place].prefix { $0.isNumber } : ""
    guard let rows = Int(number) else {
      throw ValidationError("\(name) does not say how long its baseline is")
    }
    let table = try TextTable(path: "\(folder)/\(name)")
    return TextTable(header: table.header, rows: Array(table.rows.prefix(rows)))
  }
}

/// A detector, what it said of the test rows, and the CPU seconds of both.
struct SetRun: Sendable {
  let detector: Detector
  let judged: Detector.LabelledScores
  let trainSeconds, scoreSeconds: Double
  /// Seconds on the clock.
  let trainWall: Double
  /// Rows at the start of the test file that the detector was trained on.
  let baselineRows: Int

  init(_ settings: TrainingSettings, train: String, test: String, baselineRows: Int) async throws {
    let (start, begin) = (clock(), ContinuousClock.now)
    detector = try await Detector.train(on: [train], settings).detector
    let trained = clock()
    trainWall = (ContinuousClock.now - begin) / .seconds(1)
    judged = try await detector.labelledScores(of: .file(test), ScoringOptions())
    trainSeconds = Double(trained - start) / Double(CLOCKS_PER_SEC)
    scoreSeconds = Double(clock() - trained) / Double(CLOCKS_PER_SEC)
    self.baselineRows = baselineRows
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
      ? ["local", "empirical", "standard", "robust", "quantile", "filtered", "network"]
      : ["forecast", "residual", "density", "channels"]
    var variants = [
      Variant(name: "default"), Variant(name: "fast", quality: .fast),
      Variant(name: "best", quality: .best),
    ]
    if kind == .tabular {
      variants += [
        Variant(name: "no baseline row in the model", exemplars: 0),
        Variant(
          name: "without the noise level",
          parts: ["standard", "robust", "quantile", "filtered", "network"]),
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
