public import ArgumentParser
import Evaluation
import Foundation
public import Stillwater

/// Runs the built detector over a folder of labelled sets: `tabular/NAME/{baseline,test}.csv` and
/// `timeseries/NAME_tr_N_....csv`, whose first N rows are the baseline.
struct QualityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quality", abstract: "Detection quality and cost over a folder of labelled sets.")

  @Argument(help: "The folder with tabular/ and timeseries/.") var folder: String
  @Option(help: "Seeds, one run each.") var seeds = 1
  @Option(help: "fast, balanced or best.") var quality = Quality.balanced
  @Option(help: "Only sets whose name starts with this; repeatable.") var only: [String] = []
  @Option(help: "Baseline rows kept in the model; 0 for none.") var exemplars = 10_000
  @Option(help: "Only this part of the score; repeatable.") var part: [String] = []
  @Option(help: "Write the tables here as Markdown.") var output: String?

  func run() async throws {
    var report = ""
    for (title, names, run) in [
      ("Tables", try names(in: "tabular"), table), ("Series", try names(in: "timeseries"), series),
    ] where !names.isEmpty {
      var results: [SetResult] = []
      for name in names {
        for seed in 0..<seeds { results.append(try await run(name, UInt64(seed))) }
        results.suffix(seeds).forEach { print($0.line) }
      }
      report += Self.summary(title, results)
    }
    print(report)
    if let output { try report.write(toFile: output, atomically: true, encoding: .utf8) }
  }

  private func names(in kind: String) throws -> [String] {
    let path = "\(folder)/\(kind)"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted().filter { name in
      only.isEmpty || only.contains { name.hasPrefix($0) }
    }
  }

  private func table(_ name: String, _ seed: UInt64) async throws -> SetResult {
    var settings = TrainingSettings()
    (settings.seed, settings.quality, settings.exemplars) = (seed, quality, exemplars)
    settings.columns.label = "label"
    return try await measure(
      name, settings, train: "\(folder)/tabular/\(name)/baseline.csv",
      test: "\(folder)/tabular/\(name)/test.csv")
  }

  private func series(_ name: String, _ seed: UInt64) async throws -> SetResult {
    let parts = name.split(separator: "_").map { String($0) }
    let place = parts.firstIndex(of: "tr").map { $0 + 1 } ?? parts.count
    let number = place < parts.count ? parts[place].prefix { $0.isNumber } : ""
    guard let rows = Int(number) else {
      throw ValidationError("\(name) does not say how long its baseline is")
    }
    let file = "\(folder)/timeseries/\(name)"
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    let baseline = NSTemporaryDirectory() + "stillwater-bench-\(getpid()).csv"
    defer { try? FileManager.default.removeItem(atPath: baseline) }
    try (lines.prefix(rows + 1).joined(separator: "\n") + "\n")
      .write(toFile: baseline, atomically: true, encoding: .utf8)
    var settings = TrainingSettings()
    (settings.seed, settings.quality, settings.parts) = (seed, quality, part)
    (settings.columns.time, settings.columns.label) = ("index", "label")
    return try await measure(name, settings, train: baseline, test: file)
  }

  private func measure(_ name: String, _ settings: TrainingSettings, train: String, test: String)
    async throws -> SetResult
  {
    let start = clock()
    let detector = try await Detector.train(on: [train], settings)
    let trained = clock()
    let judged = try await detector.judge(test, ScoringOptions())
    let scored = clock()
    let labels = judged.labels ?? []
    let isSeries = settings.columns.time != nil
    let metrics = Metrics(
      scores: judged.scores, labels: labels,
      extent: Metrics.Extent(
        flags: judged.flags, window: isSeries ? dominantPeriod(of: judged.firstFeature) : nil))
    return SetResult(
      name: name, channels: detector.featureNames.count, metrics: metrics,
      trainSeconds: Double(trained - start) / Double(CLOCKS_PER_SEC),
      scoreSeconds: Double(scored - trained) / Double(CLOCKS_PER_SEC))
  }
}

/// One set at one seed.
struct SetResult {
  let name: String
  let channels: Int
  let metrics: Metrics
  /// CPU seconds.
  let trainSeconds, scoreSeconds: Double

  var line: String {
    "| \(name.prefix(40)) | \(percent(metrics.auroc)) | \(percent(metrics.auprc)) "
      + "| \(percent(metrics.f1AtTrueRate)) | \(percent(metrics.vusPR)) "
      + "| \(tenths(trainSeconds)) | \(tenths(scoreSeconds)) |"
  }
}

private func percent(_ value: Double?) -> String {
  value.map { String(format: "%.2f", 100 * $0) } ?? "-"
}

private func tenths(_ value: Double) -> String { String(format: "%.2f", value) }

extension QualityCommand {
  /// Every set and the means, as a Markdown table; CPU seconds.
  static func summary(_ title: String, _ results: [SetResult]) -> String {
    var lines = [
      "", "## \(title)", "",
      "| set | AUROC | AUPRC | F1 at the true rate | VUS-PR | train s | score s |",
      "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += results.map(\.line)
    let groups =
      title == "Series"
      ? [
        ("mean, one channel", results.filter { $0.channels == 1 }),
        ("mean, several channels", results.filter { $0.channels > 1 }),
      ]
      : [("mean", results)]
    for (name, some) in groups where !some.isEmpty {
      lines.append(mean(name, some))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func mean(_ name: String, _ results: [SetResult]) -> String {
    func mean(_ value: (SetResult) -> Double?) -> Double? {
      let values = results.compactMap(value)
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    let total = results.reduce((0.0, 0.0)) { ($0.0 + $1.trainSeconds, $0.1 + $1.scoreSeconds) }
    return "| **\(name)** (\(results.count)) | \(percent(mean { $0.metrics.auroc })) "
      + "| \(percent(mean { $0.metrics.auprc })) | \(percent(mean { $0.metrics.f1AtTrueRate })) "
      + "| \(percent(mean { $0.metrics.vusPR })) | \(tenths(total.0)) in all | \(tenths(total.1)) in all |"
  }
}

extension Quality: ExpressibleByArgument {}
