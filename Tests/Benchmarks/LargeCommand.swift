import ArgumentParser
import Evaluation
import Foundation
import Stillwater

/// What a network that reads all rows of a large baseline adds to closed forms that read a sample.
struct LargeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "large", abstract: "Quality and cost on large baselines of a synthetic family.")

  @Option(help: "Baseline rows; repeatable.") var rows = [10_000, 100_000, 1_000_000]
  @Option(help: "Members of the family, one run each.") var seeds = 3
  @Option(help: "Rows of the test file.") var test = 20_000

  func run() async throws {
    print("| baseline rows | variant | AUROC | AUPRC | train CPU s | train s | score CPU s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    let variants = [
      Variant(name: "closed forms on a sample (fast)", quality: .fast),
      Variant(name: "balanced"), Variant(name: "best", quality: .best),
      Variant(name: "no baseline row in the model", exemplars: 0),
    ]
    for count in rows {
      var results = [[LargeResult]](repeating: [], count: variants.count)
      for seed in 0..<seeds {
        for (index, result) in try await measure(count, variants, seed: seed).enumerated() {
          results[index].append(result)
        }
      }
      for (variant, some) in zip(variants, results) {
        print("| \(count) | \(variant.name) | \(LargeResult(meanOf: some).text) |")
      }
    }
  }

  private func measure(_ count: Int, _ variants: [Variant], seed: Int) async throws
    -> [LargeResult]
  {
    try await withScratchFolder { scratch in
      let family = SyntheticFamily(seed: UInt64(seed))
      try family.write(count, to: "\(scratch)/baseline.csv")
      try family.write(test, to: "\(scratch)/test.csv", anomalies: 0.02)
      var results: [LargeResult] = []
      for variant in variants {
        var settings = TrainingSettings()
        (settings.quality, settings.exemplars) = (variant.quality, variant.exemplars)
        settings.columns.label = "label"
        let run = try await SetRun(
          settings, train: "\(scratch)/baseline.csv", test: "\(scratch)/test.csv", baselineRows: 0)
        let metrics = Metrics(scores: run.judged.scores, labels: run.judged.labels ?? [])
        results.append(
          LargeResult(figures: [
            metrics.auroc ?? 0, metrics.auprc ?? 0, run.trainSeconds, run.trainWall,
            run.scoreSeconds,
          ]))
      }
      return results
    }
  }
}

/// AUROC, AUPRC, CPU seconds and seconds of training, CPU seconds of scoring.
private struct LargeResult {
  var figures: [Double]

  init(figures: [Double]) { self.figures = figures }

  init(meanOf runs: [LargeResult]) {
    figures = runs[0].figures.indices.map { index in
      runs.reduce(0) { $0 + $1.figures[index] } / Double(runs.count)
    }
  }

  var text: String {
    (figures.prefix(2).map { percent($0) } + figures.dropFirst(2).map(hundredths))
      .joined(separator: " | ")
  }
}
