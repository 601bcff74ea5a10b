/// The confusion matrix of flags and labels, counted in rows.
package struct Confusion: Sendable, Equatable, Codable {
  /// Anomalous rows that were flagged.
  package let truePositives: Int
  /// Normal rows that were flagged: false alarms.
  package let falsePositives: Int
  /// Normal rows that were not flagged.
  package let trueNegatives: Int
  /// Anomalous rows that were missed.
  package let falseNegatives: Int

  /// Counts `flags` against `labels`, both `[rows]`, true meaning flagged and anomalous.
  package init(flags: [Bool], labels: [Bool]) {
    precondition(
      flags.count == labels.count, "Confusion: \(flags.count) flags, \(labels.count) labels")
    var counts = [0, 0, 0, 0]
    for (flag, label) in zip(flags, labels) { counts[(flag ? 2 : 0) + (label ? 1 : 0)] += 1 }
    (trueNegatives, falseNegatives) = (counts[0], counts[1])
    (falsePositives, truePositives) = (counts[2], counts[3])
  }

  /// The fraction of flagged rows that are anomalous; nil when nothing was flagged.
  package var precision: Double? { ratio(truePositives, of: truePositives + falsePositives) }

  /// The fraction of anomalous rows that were flagged; nil when none is anomalous.
  package var recall: Double? { ratio(truePositives, of: truePositives + falseNegatives) }

  /// The harmonic mean of precision and recall; nil when no row is anomalous.
  package var f1: Double? {
    guard truePositives + falseNegatives > 0 else { return nil }
    return ratio(2 * truePositives, of: 2 * truePositives + falsePositives + falseNegatives)
  }

  /// The fraction of normal rows that were flagged; nil when none is normal.
  package var falseAlarmRate: Double? { ratio(falsePositives, of: falsePositives + trueNegatives) }

  /// False alarms for every thousand normal rows; nil when none is normal.
  package var falseAlarmsPerThousand: Double? { falseAlarmRate.map { $0 * 1000 } }

  private func ratio(_ part: Int, of whole: Int) -> Double? {
    whole > 0 ? Double(part) / Double(whole) : nil
  }
}
