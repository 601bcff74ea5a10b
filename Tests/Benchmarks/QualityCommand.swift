public import ArgumentParser
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
  @Option(help: "tabular or timeseries alone.") var kind: [SetKind] = SetKind.allCases
  @Option(help: "Baseline rows kept in the model; 0 for none.") var exemplars = 10_000
  @Flag(help: "Score series by what came before only.") var causal = false
  @Option(help: "Only this part of the score; repeatable.") var part: [String] = []
  @Option(help: "A folder with published figures to stand beside ours.") var anchors: String?
  @Option(help: "Write the tables here as Markdown.") var output: String?

  func run() async throws {
    var variant = Variant(name: "default")
    (variant.quality, variant.exemplars, variant.parts) = (quality, exemplars, part)
    variant.isCausal = causal
    var report = ""
    for kind in kind {
      let sets = try LabelledSet.all(in: folder, kind: kind, only: only)
      guard !sets.isEmpty else { continue }
      let results = try await measure(sets, variant, seeds: seeds)
      report += resultTable(kind, results)
      if let anchors {
        report += try Anchors(folder: anchors, kind: kind).comparison(with: results)
      }
    }
    print(report)
    if let output { try report.write(toFile: output, atomically: true, encoding: .utf8) }
  }
}

/// Runs the default and each of its parts alone, all on the same sets.
struct AblationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ablation", abstract: "What each part of the score brings.")

  @Argument(help: "The folder with tabular/ and timeseries/.") var folder: String
  @Option(help: "Seeds, one run each.") var seeds = 1
  @Option(help: "Only sets whose name starts with this; repeatable.") var only: [String] = []
  @Option(help: "tabular or timeseries alone.") var kind: [SetKind] = SetKind.allCases
  @Option(help: "Write the tables here as Markdown.") var output: String?

  func run() async throws {
    var report = ""
    for kind in kind {
      let sets = try LabelledSet.all(in: folder, kind: kind, only: only)
      guard !sets.isEmpty else { continue }
      var all: [(Variant, [SetResult])] = []
      for variant in Variant.all(of: kind) {
        all.append((variant, try await measure(sets, variant, seeds: seeds)))
        print(variant.name, "done")
      }
      report += ablationTable(kind, all)
    }
    print(report)
    if let output { try report.write(toFile: output, atomically: true, encoding: .utf8) }
  }
}

extension Quality: ExpressibleByArgument {}
