import ArgumentParser
import Foundation
import Stillwater

/// Whether the guilty column is blamed, and whether what was expected there is near the truth.
struct AttributionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attribution",
    abstract: "Blame on the faults of the example data and on injected ones.")

  @Argument(help: "The folder with sensors/ and payments/.") var folder: String
  @Option(help: "fast, balanced or best.") var quality = Quality.balanced
  @Option(help: "Size of injected spikes and drifts in standard deviations.") var size = 4.0

  func run() async throws {
    let error = "error of what was expected, median share of the fault"
    print("| faults | found | guilty column first | \(error) |")
    print("| --- | --- | --- | --- |")
    try await labelledFaults()
    try await injectedIntoSeries()
    try await injectedIntoTable()
  }

  private func detector(_ path: String, time: String?) async throws -> Detector {
    var settings = TrainingSettings()
    (settings.quality, settings.columns.time) = (quality, time)
    return try await Detector.train(on: [path], settings).detector
  }

  private func scores(_ detector: Detector, _ path: String) async throws -> [ScoredRow] {
    var rows: [ScoredRow] = []
    for try await row in detector.score(path, ScoringOptions(explains: true)) { rows.append(row) }
    return rows
  }

  /// The faults that `sensors/test.csv` names in its column `fault`, `kind:channel`.
  private func labelledFaults() async throws {
    let path = "\(folder)/sensors/test.csv"
    let table = try TextTable(path: path)
    guard let fault = table.column("fault") else {
      throw ValidationError("\(path) has no column fault")
    }
    let detector = try await detector("\(folder)/sensors/baseline.csv", time: "time")
    let scores = try await scores(detector, path)
    var tallies: [String: Tally] = [:]
    var start = 0
    for row in table.rows.indices
    where row > 0 && table.rows[row][fault] != table.rows[row - 1][fault] {
      defer { start = row }
      let parts = table.rows[start][fault].split(separator: ":").map { String($0) }
      guard parts.count == 2 else { continue }
      tallies[parts[0], default: Tally()].add(scores[start..<row], guilty: [parts[1]])
    }
    show("sensors, labelled", tallies)
  }

  /// One fault at a time in the last quarter of a baseline whose other rows are learned from.
  private func injectedIntoSeries() async throws {
    let whole = try TextTable(path: "\(folder)/sensors/baseline.csv")
    let cut = whole.rows.count * 3 / 4
    let learned = TextTable(header: whole.header, rows: Array(whole.rows[..<cut]))
    let fresh = TextTable(header: whole.header, rows: Array(whole.rows[cut...]))
    var tallies: [String: Tally] = [:]
    try await withScratchFolder { scratch in
      try learned.write(to: "\(scratch)/learned.csv")
      let detector = try await detector("\(scratch)/learned.csv", time: "time")
      let deviations = whole.header.indices.map { learned.deviation($0) }
      for kind in FaultKind.allCases {
        for column in 1..<whole.header.count {
          var table = fresh
          let other = column % (whole.header.count - 1) + 1
          let faults = [fresh.rows.count / 5, fresh.rows.count / 2, fresh.rows.count * 4 / 5]
            .compactMap {
              InjectedFault(
                kind, in: &table, rows: $0..<$0 + kind.length, column: column, other: other,
                size: size, deviation: deviations[column])
            }
          try table.write(to: "\(scratch)/fresh.csv")
          let scores = try await scores(detector, "\(scratch)/fresh.csv")
          for fault in faults {
            tallies[kind.rawValue, default: Tally()].add(
              fault, scores, table, features: detector.featureNames)
          }
        }
      }
    }
    show("sensors, injected", tallies)
  }

  /// One fault in each of many normal rows.
  private func injectedIntoTable() async throws {
    var table = try TextTable(path: "\(folder)/payments/test.csv")
    guard let label = table.column("label") else {
      throw ValidationError("payments/test.csv has no column label")
    }
    table.rows = table.rows.filter { $0[label] == "0" }
    let detector = try await detector("\(folder)/payments/baseline.csv", time: nil)
    let numeric = ["amount", "hour", "account_age_days", "distance_km", "usual_amount_eur"]
      .compactMap { table.column($0) }
    let deviations = table.header.indices.map { table.deviation($0) }
    var faults: [InjectedFault] = []
    for row in stride(from: 0, to: table.rows.count, by: 4) {
      let number = row / 4
      let column = numeric[number % numeric.count]
      let other = numeric[
        (number + 1 + number / numeric.count % (numeric.count - 1)) % numeric.count]
      let kind = FaultKind.ofRows[number / numeric.count % FaultKind.ofRows.count]
      guard
        let fault = InjectedFault(
          kind, in: &table, rows: row..<row + 1, column: column, other: other, size: size,
          deviation: deviations[column])
      else { continue }
      faults.append(fault)
    }
    try await withScratchFolder { scratch in
      try table.write(to: "\(scratch)/faulty.csv")
      let scores = try await scores(detector, "\(scratch)/faulty.csv")
      var tallies: [String: Tally] = [:]
      for fault in faults {
        tallies[fault.kind.rawValue, default: Tally()].add(
          fault, scores, table, features: detector.featureNames)
      }
      show("payments, injected", tallies)
    }
  }

  private func show(_ title: String, _ tallies: [String: Tally]) {
    for (kind, tally) in tallies.sorted(by: { $0.key < $1.key }) {
      print("| \(title): \(kind) | \(tally.text) |")
    }
    print("| **\(title)** | \(tallies.values.reduce(Tally()) { $0 + $1 }.text) |")
  }
}

/// Faults counted.
private struct Tally {
  private var all = 0, found = 0, first = 0
  /// |expected - truth| / |falsified - truth| at the peaks of found faults.
  private var errors: [Double] = []

  /// A fault is found when one of its rows is flagged; the blame is that of the row that scores most.
  mutating func add(_ rows: ArraySlice<ScoredRow>, guilty: [String]) {
    all += 1
    guard rows.contains(where: \.isAnomaly), let peak = rows.max(by: { $0.score < $1.score })
    else { return }
    found += 1
    first += peak.topColumns.first.map { guilty.contains($0.column) } == true ? 1 : 0
  }

  mutating func add(
    _ fault: InjectedFault, _ scores: [ScoredRow], _ table: TextTable, features: [String]
  ) {
    let rows = scores[fault.rows]
    add(rows, guilty: fault.guilty.map { table.header[$0] })
    guard rows.contains(where: \.isAnomaly),
      let peak = rows.indices.max(by: { rows[$0].score < rows[$1].score }),
      let feature = features.firstIndex(of: table.header[fault.guilty[0]]),
      let expected = Double(rows[peak].expected[feature]),
      let truth = Double(fault.truth[peak - fault.rows.lowerBound][0]),
      let falsified = Double(table.rows[peak][fault.guilty[0]]), falsified != truth
    else { return }
    errors.append(abs(expected - truth) / abs(falsified - truth))
  }

  static func + (left: Tally, right: Tally) -> Tally {
    var sum = left
    (sum.all, sum.found, sum.first) = (
      left.all + right.all, left.found + right.found, left.first + right.first
    )
    sum.errors += right.errors
    return sum
  }

  var text: String {
    let median = errors.isEmpty ? "-" : hundredths(errors.sorted()[errors.count / 2])
    let share = found == 0 ? "-" : percent(Double(first) / Double(found)) + " %"
    return "\(found) of \(all) | \(first) of \(found), \(share) | \(median)"
  }
}
