import Foundation

/// What a ratio or a figure must reach.
enum SpeedBar: Sendable {
  case atLeast(Double)
  case atMost(Double)

  func isMet(_ value: Double) -> Bool {
    switch self {
    case .atLeast(let bar): value >= bar
    case .atMost(let bar): value <= bar
    }
  }

  var text: String {
    switch self {
    case .atLeast(let bar): ">= \(plain(bar))"
    case .atMost(let bar): "<= \(plain(bar))"
    }
  }
}

/// One line of a table: a figure, what it is held against, and whether that is enough.
struct SpeedRow: Sendable {
  let what, figure: String
  /// The limit or the peer, with its figure.
  var beside = "-"
  /// The figure by that of the limit or peer; nil when there is nothing to compare with.
  var ratio: Double?
  /// The unit of `ratio`, when it is no ratio.
  var unit = ""
  var bar: SpeedBar?

  var text: String {
    let verdict = bar.map { bar in ratio.map { bar.isMet($0) ? "met" : "**missed**" } ?? "skipped" }
    let bar = bar.map { $0.text + unit } ?? "-"
    return "| \(what) | \(figure) | \(beside) | \(ratio.map { plain($0) + unit } ?? "-") | \(bar) "
      + "| \(verdict ?? "") |"
  }
}

/// One part of the report.
struct SpeedSection: Sendable {
  let title: String
  /// What to type for this part alone.
  let command: String
  var rows: [SpeedRow] = []
  /// Remarks, such as which peers were skipped.
  var notes: [String] = []

  var text: String {
    var lines = ["", "## \(title)", "", "```", command, "```", ""]
    lines += [
      "| measured | ours | beside | ratio | bar | |", "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += rows.map(\.text)
    var seen: Set<String> = []
    let notes = notes.filter { seen.insert($0).inserted }
    if !notes.isEmpty { lines += [""] + notes.map { "- \($0)" } }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// A number with three digits that count.
func plain(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return "\(value)" }
  if abs(value) >= 1000 { return "\(Int(value.rounded()))" }
  return String(
    format: abs(value) >= 99.95 ? "%.0f" : (abs(value) >= 9.995 ? "%.1f" : "%.2f"), value)
}

func milliseconds(_ seconds: Double) -> String { plain(1000 * seconds) + " ms" }

func gigaflops(_ rate: Double) -> String { plain(rate / 1e9) + " GFLOP/s" }

func perSecond(_ rate: Double) -> String { "\(Int(rate.rounded())) rows/s" }
