import ArgumentParser
import Evaluation
import Foundation
import Stillwater
import TestSupport

/// What anomalies among the baseline rows cost.
struct ContaminationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contamination",
    abstract: "AUPRC with unmarked anomalies of the test among the baseline rows of tables.")

  @Argument(help: "The folder with tabular/.") var folder: String
  @Option(help: "fast, balanced or best.") var quality = Quality.fast
  @Option(help: "Only sets whose name starts with this; repeatable.") var only: [String] = []

  /// Shares of the baseline that are anomalies, and those that the training is told of.
  private static let cases = [
    (0, 0.0), (0.02, 0), (0.05, 0), (0, 0.02), (0.02, 0.02), (0.05, 0.05),
  ]
  /// A set is left out where more than this share of its anomalies would go.
  private static let mostMoved = 0.6

  func run() async throws {
    print("| set | AUPRC, none | 2 % | 5 % | none, 2 % told | 2 % told | 5 % told |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    var all: [[Double]] = []
    for set in try LabelledSet.all(in: folder, kind: .tabular, only: only) {
      guard let figures = try await measure(set) else { continue }
      print("| \(set.name) | \(text(figures)) |")
      all.append(figures)
    }
    guard !all.isEmpty else { return }
    let means = Self.cases.indices.map { index in
      all.reduce(0) { $0 + $1[index] } / Double(all.count)
    }
    print("| **mean of \(all.count)** | \(text(means)) |")
  }

  private func text(_ figures: [Double]) -> String {
    figures.map { percent($0) }.joined(separator: " | ")
  }

  /// AUPRC at each share, always on the test rows that are never learned from; nil where there are
  /// too few anomalies.
  private func measure(_ set: LabelledSet) async throws -> [Double]? {
    let baseline = try TextTable(path: "\(set.folder)/\(set.name)/baseline.csv")
    var test = try TextTable(path: "\(set.folder)/\(set.name)/test.csv")
    guard let label = test.column("label") else {
      throw ValidationError("\(set.name)/test.csv has no column label")
    }
    let moved = Self.cases.map { Int((Double(baseline.rows.count) * $0.0 / (1 - $0.0)).rounded()) }
    var generator = SeededGenerator(seed: 1)
    let anomalies = test.rows.indices.filter { test.rows[$0][label] == "1" }
      .shuffled(using: &generator)
    guard moved[1] > 0, Double(moved[2]) <= Self.mostMoved * Double(anomalies.count) else {
      return nil
    }
    let contaminants = anomalies.prefix(moved[2]).map { row in
      baseline.header.map { name in test.column(name).map { test.rows[row][$0] } ?? "" }
    }
    let taken = Set(anomalies.prefix(moved[2]))
    test.rows = test.rows.indices.filter { !taken.contains($0) }.map { test.rows[$0] }
    return try await withScratchFolder { scratch in
      try test.write(to: "\(scratch)/test.csv")
      var figures: [Double] = []
      for (count, (_, told)) in zip(moved, Self.cases) {
        let rows = (baseline.rows + contaminants.prefix(count)).shuffled(using: &generator)
        try TextTable(header: baseline.header, rows: rows).write(to: "\(scratch)/baseline.csv")
        figures.append(try await precision(scratch, told: told))
      }
      return figures
    }
  }

  private func precision(_ scratch: String, told: Double) async throws -> Double {
    var settings = TrainingSettings()
    (settings.quality, settings.contamination) = (quality, told)
    settings.columns.label = "label"
    let run = try await SetRun(
      settings, train: "\(scratch)/baseline.csv", test: "\(scratch)/test.csv", baselineRows: 0)
    return Metrics(scores: run.judged.scores, labels: run.judged.labels ?? []).auprc ?? .nan
  }
}
