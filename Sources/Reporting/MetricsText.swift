package import Evaluation

extension Metrics {
  /// The metrics as a two-column table of text, four decimals; undefined ones read `undefined`.
  package var text: String {
    let rows: [(String, Double?)] = [
      ("AUROC", auroc), ("AUPRC", auprc), ("best F1", bestF1),
      ("F1 at the true rate", f1AtTrueRate),
    ]
    let flagRows: [(String, Double?)] = [
      ("F1 at the threshold", atThreshold?.f1), ("precision", atThreshold?.precision),
      ("recall", atThreshold?.recall),
      ("false alarms per thousand", atThreshold?.falseAlarmsPerThousand),
    ]
    let shown =
      rows + (atThreshold == nil ? [] : flagRows) + (vusWindow == nil ? [] : [("VUS-PR", vusPR)])
    var lines = ["rows \(self.rows), anomalies \(anomalousRows)"]
    for (name, value) in shown {
      let padding = String(repeating: " ", count: 26 - name.count)
      lines.append(name + padding + rounded(value))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
