import Evaluation
import Reporting
import Testing

@Suite struct MetricsTextTests {
  private let scores: [Float] = [0.1, 0.2, 0.9, 0.8]
  private let labels = [false, false, true, true]

  @Test func rankingMetricsAreATable() {
    let text = Metrics(scores: scores, labels: labels).text
    #expect(
      text == """
        rows 4, anomalies 2
        AUROC                     1.0
        AUPRC                     1.0
        best F1                   1.0
        F1 at the true rate       1.0

        """)
  }

  @Test func flagsAddWhatHoldsAtTheThreshold() {
    let metrics = Metrics(
      scores: scores, labels: labels,
      extent: Metrics.Extent(flags: [true, false, true, false], window: 1))
    let lines = metrics.text.split(separator: "\n")
    #expect(lines.count == 10 && lines[9].hasPrefix("VUS-PR "))
    #expect(
      lines[5..<9] == [
        "F1 at the threshold       0.5", "precision                 0.5",
        "recall                    0.5", "false alarms per thousand 500.0",
      ])
  }

  @Test func whatIsUndefinedSaysSo() {
    let metrics = Metrics(scores: scores, labels: [false, false, false, false])
    #expect(metrics.text.contains("AUROC                     undefined\n"))
    #expect(!metrics.undefined.isEmpty)
  }
}
