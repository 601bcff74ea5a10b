import Foundation

extension SpeedBench {
  /// A long file beside one of a tenth: time must grow with the rows, memory must not.
  func scale() throws -> SpeedSection {
    var section = SpeedSection(
      title: "Scale", command: "stillwater score LONG.csv --model m --output scores.csv")
    let (baseline, model) = (file("baseline-scale.csv"), file("scale.stillwater"))
    let columns = SyntheticFile(columns: 5, seed: 4)
    try columns.write(to: baseline, rows: 1_000)
    try stillwater("train", baseline, "--model", model, "--quality", "fast")
    // The short file goes before and after: the best of the two is the stricter bar.
    let before = try longRun(columns, rows: longRows / 10, model: model)
    let long = try longRun(columns, rows: longRows, model: model)
    let after = try longRun(columns, rows: longRows / 10, model: model)
    let short = before.wallSeconds < after.wallSeconds ? before : after
    let growth = Double(long.peakBytes - short.peakBytes) / 1e6
    section.rows = [
      SpeedRow(
        what: "time, \(longRows) rows", figure: plain(long.wallSeconds) + " s",
        beside: "\(longRows / 10) rows: \(plain(short.wallSeconds)) s",
        ratio: long.wallSeconds / short.wallSeconds, bar: .atMost(10.5)),
      SpeedRow(
        what: "peak memory, \(longRows) rows", figure: megabytes(long.peakBytes),
        beside: "\(longRows / 10) rows: \(megabytes(short.peakBytes))", ratio: growth, unit: " MB",
        bar: .atMost(64)),
    ]
    return section
  }

  private func longRun(_ columns: SyntheticFile, rows: Int, model: String) throws -> ChildRun {
    let (input, output) = (file("long.csv"), file("long-scores.csv"))
    try columns.write(to: input, rows: rows)
    defer {
      for path in [input, output] { try? FileManager.default.removeItem(atPath: path) }
    }
    return try stillwater("score", input, "--model", model, "--output", output)
  }

  private func megabytes(_ bytes: Int) -> String { plain(Double(bytes) / 1e6) + " MB" }

  /// How long the program takes when there is nearly nothing to do; medians of 20 runs.
  func startup() throws -> SpeedSection {
    var section = SpeedSection(
      title: "Start-up",
      command: "stillwater --help\nstillwater score ONE_ROW.csv --model m --output -")
    let (baseline, row) = (file("baseline-start.csv"), file("row.csv"))
    let (columns, model) = (SyntheticFile(columns: 9, seed: 5), file("start.stillwater"))
    try columns.write(to: baseline, rows: 10_000)
    try columns.write(to: row, rows: 1)
    try stillwater("train", baseline, "--model", model)
    let help = try median { try stillwater("--help").wallSeconds }
    let score = try median {
      try stillwater("score", row, "--model", model, "--output", "-").wallSeconds
    }
    section.rows = [
      SpeedRow(
        what: "help", figure: milliseconds(help), ratio: 1000 * help, unit: " ms", bar: .atMost(50)),
      SpeedRow(
        what: "one row, 10,000 baseline rows, 9 columns, balanced", figure: milliseconds(score),
        ratio: 1000 * score, unit: " ms", bar: .atMost(150)),
    ]
    return section
  }

  private func median(_ measure: () throws -> Double) rethrows -> Double {
    let times = try (0..<20).map { _ in try measure() }.sorted()
    return (times[9] + times[10]) / 2
  }
}
