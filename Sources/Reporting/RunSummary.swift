package import Evaluation
import Files

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
  /// Events of series, and cells of theirs that were replaced.
  package var events, cellsChanged: Int?
  package var threshold: Float?
  package var falseAlarmRate: Double?
  /// Alarms in 10,000 rows of each series that normal rows may raise, and that are expected.
  package var alarmRate, expectedAlarmRate: Double?
  package var alarmInterval: AlarmPromise.Interval?
  /// What the model promises under other names.
  package var namedAlarms: [String: AlarmPromise]?
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

  /// The summary as JSON text with sorted keys and a final line end.
  package func json() -> [UInt8] { SnakeCaseJSON.encode(self, indented: true) }
}

extension RunSummary {
  /// What came of a stage, in half a line.
  package var sentence: String {
    switch command {
    case "train": "learned from \(rowsUsed ?? 0) rows"
    case "score": "scored \(rowsScored ?? 0) rows, flagged \(anomalies ?? 0)"
    case "repair": "replaced \(cellsChanged ?? 0) cells in \(events ?? 0) events"
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
