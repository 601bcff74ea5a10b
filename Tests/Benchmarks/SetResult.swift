import Foundation

/// One set, measured; shares of 1, NaN where a figure is undefined.
struct SetResult: Sendable {
  let name: String
  let channels: Int
  let auroc, auprc, f1, vusPR: Double?
  /// CPU seconds.
  let trainSeconds, scoreSeconds: Double

  var line: String {
    "| \(name.prefix(40)) | \(percent(auroc)) | \(percent(auprc)) | \(percent(f1)) "
      + "| \(percent(vusPR)) | \(hundredths(trainSeconds)) | \(hundredths(scoreSeconds)) |"
  }
}

extension SetResult {
  /// The mean over several runs of one set.
  init(meanOf runs: [SetResult]) {
    self.init(
      name: runs[0].name, channels: runs[0].channels, auroc: mean(of: runs, \.auroc),
      auprc: mean(of: runs, \.auprc), f1: mean(of: runs, \.f1), vusPR: mean(of: runs, \.vusPR),
      trainSeconds: runs.reduce(0) { $0 + $1.trainSeconds } / Double(runs.count),
      scoreSeconds: runs.reduce(0) { $0 + $1.scoreSeconds } / Double(runs.count))
  }
}

/// The mean of a figure where it is defined; nil where it never is.
func mean(of results: [SetResult], _ figure: (SetResult) -> Double?) -> Double? {
  let values = results.compactMap(figure)
  return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}

func percent(_ value: Double?) -> String {
  value.map { String(format: "%.2f", 100 * $0) } ?? "-"
}

func hundredths(_ value: Double) -> String { String(format: "%.2f", value) }

/// How often one of two is better on the same sets.
struct PairedTest {
  private(set) var wins = 0
  private(set) var losses = 0

  /// * `differences`: ours less theirs; less than 0.0005 counts as a tie.
  init(_ differences: [Double]) {
    wins = differences.count { $0 > 0.0005 }
    losses = differences.count { $0 < -0.0005 }
  }

  /// The two-sided sign test: how likely so uneven a split is when both are equally good.
  var probability: Double {
    let (n, extreme) = (wins + losses, max(wins, losses))
    guard n > 0 else { return 1 }
    var (term, tail) = (1.0, 0.0)
    for k in 0...n {
      if k >= extreme { tail += term }
      term *= Double(n - k) / Double(k + 1)
    }
    return min(1, 2 * tail / exp2(Double(n)))
  }

  var text: String { "\(wins) : \(losses), p = \(String(format: "%.3f", probability))" }
}
