import Foundation

/// A CSV file without quotes, by column.
struct PlainTable {
  let columns: [String: [Substring]]
  let names: [String]

  init(path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let rows = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    names = rows[0].map(String.init)
    var columns = [String: [Substring]]()
    for (index, name) in names.enumerated() { columns[name] = rows.dropFirst().map { $0[index] } }
    self.columns = columns
  }

  /// The column as numbers with NaN for empty cells, or nil if it holds text.
  func numbers(_ name: String) -> [Double]? {
    var result = [Double]()
    for cell in columns[name] ?? [] {
      guard let value = cell.isEmpty ? Double.nan : Double(cell) else { return nil }
      result.append(value)
    }
    return result
  }
}

/// Area under the ROC curve and average precision; tied scores count as one threshold.
func ranking(_ scores: [Double], _ labels: [Bool]) -> (auroc: Double, precision: Double) {
  let order = scores.indices.sorted { scores[$0] > scores[$1] }
  let positives = Double(labels.count { $0 })
  let negatives = Double(labels.count) - positives
  var (hits, misses, area, precision) = (0.0, 0.0, 0.0, 0.0)
  var place = 0
  while place < order.count {
    var (newHits, newMisses) = (0.0, 0.0)
    let score = scores[order[place]]
    while place < order.count, scores[order[place]] == score {
      if labels[order[place]] { newHits += 1 } else { newMisses += 1 }
      place += 1
    }
    area += newMisses * (hits + newHits / 2)
    (hits, misses) = (hits + newHits, misses + newMisses)
    precision += newHits * hits / (hits + misses)
  }
  return (area / (positives * negatives), precision / positives)
}

/// Prints how far the largest |z| of a row, with the baseline's mean and deviation, gets.
func check(_ folder: String) throws {
  for set in ["payments", "sensors"] {
    let baseline = try PlainTable(path: "\(folder)/\(set)/baseline.csv")
    let test = try PlainTable(path: "\(folder)/\(set)/test.csv")
    let labels = (test.columns["label"] ?? []).map { $0 == "1" }
    var scores = [Double](repeating: 0, count: labels.count)
    for name in baseline.names {
      guard let known = baseline.numbers(name), let values = test.numbers(name) else { continue }
      let spread = Spread(known)
      for (row, value) in values.enumerated() where !value.isNaN {
        scores[row] = max(scores[row], abs(value - spread.mean) / spread.deviation)
      }
    }
    let (auroc, precision) = ranking(scores, labels)
    let share = Double(labels.count { $0 }) / Double(labels.count)
    print(
      "\(set): rows \(labels.count), anomalous \(fixed(100 * share, 2)) %,"
        + " AUROC \(fixed(auroc, 3)), average precision \(fixed(precision, 3))")
  }
}
