/// The sets of a kind that are averaged together.
private func groups(_ kind: SetKind, _ results: [SetResult]) -> [(String, [SetResult])] {
  guard kind == .timeseries else { return [("mean", results)] }
  return [
    ("mean, one channel", results.filter { $0.channels == 1 }),
    ("mean, several channels", results.filter { $0.channels > 1 }),
  ].filter { !$0.1.isEmpty }
}

private func title(_ kind: SetKind) -> String { kind == .tabular ? "Tables" : "Series" }

/// Every set and the means, as a Markdown table; CPU seconds.
func resultTable(_ kind: SetKind, _ results: [SetResult]) -> String {
  var lines = [
    "", "## \(title(kind))", "",
    "| set | AUROC | AUPRC | F1 at the true rate | VUS-PR | train s | score s |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ]
  lines += results.map(\.line)
  for (name, some) in groups(kind, results) {
    let figures = figures(some).joined(separator: " | ")
    lines.append("| **\(name)** (\(some.count)) | \(figures) |")
  }
  return lines.joined(separator: "\n") + "\n"
}

/// Means of the four figures and sums of the two costs.
private func figures(_ results: [SetResult]) -> [String] {
  [
    percent(mean(of: results, \.auroc)), percent(mean(of: results, \.auprc)),
    percent(mean(of: results, \.f1)), percent(mean(of: results, \.vusPR)),
    hundredths(results.reduce(0) { $0 + $1.trainSeconds }) + " in all",
    hundredths(results.reduce(0) { $0 + $1.scoreSeconds }) + " in all",
  ]
}

/// One line for each variant: its means, and how often the first one, the default, beats it.
func ablationTable(_ kind: SetKind, _ all: [(Variant, [SetResult])]) -> String {
  var lines: [String] = []
  for (index, (group, some)) in groups(kind, all[0].1).enumerated() {
    lines += [
      "", "## \(title(kind)), \(group) of \(some.count) sets", "",
      "| variant | AUROC | AUPRC | F1 at the true rate | VUS-PR | train s | score s "
        + "| default wins : loses |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (variant, results) in all {
      let theirs = groups(kind, results)[index].1
      // A series of one channel has no such part.
      if variant.parts == ["channels"], theirs.allSatisfy({ $0.channels == 1 }) { continue }
      let differences = zip(some, theirs).map { headline(kind, $0) - headline(kind, $1) }
      let figures = figures(theirs).joined(separator: " | ")
      lines.append("| \(variant.name) | \(figures) | \(PairedTest(differences).text) |")
    }
  }
  return lines.joined(separator: "\n") + "\n"
}

/// The figure that decides: AUROC for tables, VUS-PR for series.
func headline(_ kind: SetKind, _ result: SetResult) -> Double {
  (kind == .tabular ? result.auroc : result.vusPR) ?? 0
}
