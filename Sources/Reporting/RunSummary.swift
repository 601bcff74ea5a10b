package import Evaluation

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a run did, in numbers: written beside its output, last of all.
package struct RunSummary: Sendable, Encodable {
  package struct Input: Sendable, Encodable, Equatable {
    package var path, sha256: String
    package var rows: Int

    package init(path: String, sha256: String, rows: Int) {
      (self.path, self.sha256, self.rows) = (path, sha256, rows)
    }
  }

  /// A baseline row that may be no normal one.
  package struct Suspect: Sendable, Encodable, Equatable {
    package var file: String
    package var line: Int
    package var score: Float

    package init(file: String, line: Int, score: Float) {
      (self.file, self.line, self.score) = (file, line, score)
    }
  }

  package var command: String
  package var version: String
  package var rowsIn = 0
  package var rowsScored, rowsUsed: Int?
  /// Rows of the baseline that are labelled as anomalies.
  package var rowsLeftOut: Int?
  package var rowsQuarantined = 0
  package var missingValues = 0
  package var anomalies: Int?
  package var threshold: Float?
  package var falseAlarmRate: Double?
  /// What is promised about false alarms, with its interval and condition.
  package var promise: String?
  package var warnings: [String] = []
  package var inputs: [Input] = []
  package var output: String?
  package var modelSha256: String?
  package var seed: UInt64?
  package var threads: Int?
  /// The least normal baseline rows, worst first.
  package var suspiciousRows: [Suspect]?
  package var finalLoss: Double?
  package var trainingSteps: Int?
  /// Steps of training that were taken over from a checkpoint.
  package var resumedSteps: Int?
  /// Of `evaluate`: also at the top level, where scripts look for them.
  package var auroc, auprc: Double?
  package var metrics: Metrics?
  /// Seconds of each part.
  package var timings: [String: Double] = [:]

  package init(command: String, version: String) {
    (self.command, self.version) = (command, version)
  }

  private enum CodingKeys: String, CodingKey {
    case command, version, anomalies, threshold, promise, warnings, inputs, output, seed, threads
    case auroc, auprc, metrics, timings
    case rowsIn = "rows_in"
    case rowsScored = "rows_scored"
    case rowsUsed = "rows_used"
    case rowsLeftOut = "rows_left_out"
    case rowsQuarantined = "rows_quarantined"
    case missingValues = "missing_values"
    case falseAlarmRate = "false_alarm_rate"
    case modelSha256 = "model_sha256"
    case suspiciousRows = "suspicious_rows"
    case finalLoss = "final_loss"
    case trainingSteps = "training_steps"
    case resumedSteps = "resumed_steps"
  }

  /// The summary as JSON text with sorted keys and a final line end.
  package func json() -> [UInt8] { prettyJSON(self) }
}

extension RunSummary {
  /// What came of a stage, in half a line.
  package var sentence: String {
    switch command {
    case "train": "learned from \(rowsUsed ?? 0) rows"
    case "score": "scored \(rowsScored ?? 0) rows, flagged \(anomalies ?? 0)"
    case "evaluate":
      "AUROC \(rounded(auroc)), AUPRC \(rounded(auprc))"
        + ((metrics?.vusPR).map { ", VUS-PR \(rounded($0))" } ?? "")
    default: "threshold \(threshold ?? 0)"
    }
  }
}

/// A metric to four decimals.
func rounded(_ metric: Double?) -> String {
  metric.map { "\(($0 * 10_000).rounded() / 10_000)" } ?? "undefined"
}

/// A value as indented JSON with sorted keys.
package func prettyJSON(_ value: some Encodable) -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  guard let data = try? encoder.encode(value) else {
    preconditionFailure("a value that JSON cannot hold: \(type(of: value))")
  }
  return Array(data) + [0x0a]
}
