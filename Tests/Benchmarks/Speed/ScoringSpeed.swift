import Foundation
import Stillwater

extension SpeedBench {
  /// Scoring after 10,000 baseline rows, from CSV to CSV, beside scikit-learn's detectors.
  func scoring() async throws -> SpeedSection {
    var section = SpeedSection(
      title: "Scoring",
      command: "stillwater train baseline.csv --model m --quality QUALITY\n"
        + "stillwater score test.csv --model m --output scores.csv")
    for columns in [9, 62] {
      var race = try ScoringRace(columns: columns, bench: self)
      for _ in 0..<repeats { try await race.measure() }
      section.rows += race.rows
      section.notes += race.peer.skipped
    }
    section.notes.append(
      "A peer's figure is that of its score call alone; the one in brackets has reading in it.")
    return section
  }
}

/// Scoring of one file: each quality and the peers take turns.
private struct ScoringRace {
  let columns: Int
  let bench: SpeedBench
  private(set) var peer = Peers.Answer()
  /// The best rows a second of each quality, through the program and within this process.
  private var whole: [String: Double] = [:]
  private var inside: [String: Double] = [:]

  /// Writes the files and trains a model of each quality.
  init(columns: Int, bench: SpeedBench) throws {
    (self.columns, self.bench) = (columns, bench)
    try SyntheticFile(columns: columns, seed: 1).write(to: baseline, rows: 10_000)
    try SyntheticFile(columns: columns, seed: 2).write(to: test, rows: bench.scoredRows)
    for quality in ["fast", "balanced"] {
      try bench.stillwater("train", baseline, "--model", model(quality), "--quality", quality)
    }
  }

  private var baseline: String { bench.file("baseline-\(columns).csv") }
  private var test: String { bench.file("test-\(columns).csv") }
  private func model(_ quality: String) -> String {
    bench.file("\(quality)-\(columns).stillwater")
  }

  mutating func measure() async throws {
    let rows = Double(bench.scoredRows)
    for quality in ["fast", "balanced"] {
      let run = try bench.stillwater(
        "score", test, "--model", model(quality), "--output", bench.file("scores.csv"))
      let detector = try Detector(contentsOf: model(quality))
      let seconds = try await wallSeconds {
        _ = try await detector.scoreRows(of: .file(test), ScoringOptions()) { _ in }
      }
      whole[quality] = max(whole[quality] ?? 0, rows / run.wallSeconds)
      inside[quality] = max(inside[quality] ?? 0, rows / seconds)
    }
    peer.improve(by: bench.peers.ask("detectors.py", [baseline, test]))
  }

  var rows: [SpeedRow] {
    ["fast", "balanced"].map { quality in
      SpeedRow(
        what: "\(columns) columns, \(quality), nothing written",
        figure: perSecond(inside[quality] ?? 0))
    } + [
      compare("fast", "isolation forest", .atLeast(0.5)),
      compare("balanced", "brute kNN", .atLeast(1)),
      compare("balanced", "local outlier factor", nil),
    ]
  }

  private func compare(_ quality: String, _ name: String, _ bar: SpeedBar?) -> SpeedRow {
    let theirs = peer.figures[name]
    let text = theirs.map { "\(perSecond($0["score"] ?? 0)) (\(perSecond($0["all"] ?? 0)))" }
    let ours = whole[quality] ?? 0
    return SpeedRow(
      what: "\(columns) columns, \(quality), CSV to CSV", figure: perSecond(ours),
      beside: "\(name): \(text ?? "-")", ratio: theirs?["score"].map { ours / $0 }, bar: bar)
  }
}
