import Foundation

/// Published figures of other detectors on the same sets.
struct Anchors {
  private let kind: SetKind
  /// Figures by method and set, shares of 1.
  private var figures: [String: [String: Double]] = [:]

  /// Reads the files of a folder: `dte_paper_semi_aucroc.csv` (a row for each set, a column for each
  /// method, percent) and `tsb_ad_published.csv` (source, set, n, method, metric, value).
  init(folder: String, kind: SetKind) throws {
    self.kind = kind
    let name = kind == .tabular ? "dte_paper_semi_aucroc.csv" : "tsb_ad_published.csv"
    let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    let rows = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    }
    for row in rows.dropFirst() {
      kind == .tabular ? addTable(row, header: rows[0]) : addSeries(row)
    }
  }

  private mutating func addTable(_ row: [String], header: [String]) {
    for (method, value) in zip(header, row).dropFirst() {
      figures[method, default: [:]][key(row[0])] = Double(value).map { $0 / 100 }
    }
  }

  private mutating func addSeries(_ row: [String]) {
    guard row.count > 5, row[1] != "ALL", row[4].hasPrefix("VUS-PR"), let value = Double(row[5])
    else { return }
    figures[row[3], default: [:]][key(row[1])] = value
  }

  /// A set's name without its spelling: letters and digits alone, and not the file's ending.
  private func key(_ name: String) -> String {
    let bare = name.hasSuffix(".csv") ? String(name.dropLast(4)) : name
    return String(bare.lowercased().filter { $0.isLetter || $0.isNumber })
  }

  /// Our mean rank among the methods, and each method beside us on the sets that it has.
  func comparison(with results: [SetResult]) -> String {
    let figure = kind == .tabular ? "AUROC" : "VUS-PR"
    var lines = [
      "", "Published \(figure) beside ours, mean over the sets that both have:", "",
      "| method | sets | theirs | ours | we win : lose |", "| --- | --- | --- | --- | --- |",
    ]
    for (method, values) in figures.sorted(by: { $0.key < $1.key }) {
      let pairs = results.compactMap { result in
        values[key(result.name)].map { (theirs: $0, ours: headline(kind, result)) }
      }
      guard !pairs.isEmpty else { continue }
      let count = Double(pairs.count)
      lines.append(
        "| \(method) | \(pairs.count) | \(percent(pairs.reduce(0) { $0 + $1.theirs } / count)) "
          + "| \(percent(pairs.reduce(0) { $0 + $1.ours } / count)) "
          + "| \(PairedTest(pairs.map { $0.ours - $0.theirs }).text) |")
    }
    let ranks = results.compactMap(rank)
    let meanRank = ranks.reduce(0, +) / Double(max(1, ranks.count))
    lines += ["", "Our mean rank over \(ranks.count) sets: \(hundredths(meanRank))."]
    return lines.joined(separator: "\n") + "\n"
  }

  /// 1 and the number of methods that do better on a set; nil when none has it.
  private func rank(_ result: SetResult) -> Double? {
    let theirs = figures.values.compactMap { $0[key(result.name)] }
    return theirs.isEmpty ? nil : 1 + Double(theirs.count { $0 > headline(kind, result) })
  }
}
