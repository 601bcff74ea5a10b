/// How well flags agree with labels at one threshold; nil where undefined.
package struct FlagMetrics: Sendable, Equatable, Codable {
  /// The counts behind the rates.
  package let confusion: Confusion
  /// The fraction of flagged rows that are anomalous.
  package let precision: Double?
  /// The fraction of anomalous rows that were flagged.
  package let recall: Double?
  /// Harmonic mean of the two.
  package let f1: Double?
  /// False alarms for every thousand normal rows.
  package let falseAlarmsPerThousand: Double?

  /// Derives all rates from the counts.
  package init(_ confusion: Confusion) {
    self.confusion = confusion
    (precision, recall, f1) = (confusion.precision, confusion.recall, confusion.f1)
    falseAlarmsPerThousand = confusion.falseAlarmsPerThousand
  }
}

/// All metrics of one set of scores; what is undefined is nil and named in `undefined`.
package struct Metrics: Sendable, Equatable, Codable {
  /// The number of evaluated rows, and of those labelled anomalous.
  package let rows, anomalousRows: Int
  /// Rows whose score was NaN; they rank as the most abnormal.
  package let missingScores: Int
  /// Area under the ROC curve.
  package let auroc: Double?
  /// Average precision.
  package let auprc: Double?
  /// Best F1 over all thresholds: a bound that knows the labels.
  package let bestF1: Double?
  /// The threshold of the best F1, strictly above which rows are flagged; nil if not finite.
  package let bestF1Threshold: Float?
  /// F1 when as many rows are flagged as are anomalous.
  package let f1AtTrueRate: Double?
  /// Metrics at the detector's own threshold; nil when no flags were given.
  package let atThreshold: FlagMetrics?
  /// Volumes under the range-aware surfaces; nil for tables.
  package let vusPR, vusROC: Double?
  /// Largest width of softened labels behind the volumes, in rows.
  package let vusWindow: Int?
  /// Point-adjusted F1 beside its random control; nil unless asked for.
  package let pointAdjusted: PointAdjustedF1?
  /// One sentence for each metric that was asked for and cannot be computed.
  package let undefined: [String]
}

extension Metrics {
  /// What to compute beyond the ranking metrics.
  package struct Extent: Sendable, Equatable {
    /// Flags of the detector, `[rows]`; nil leaves out the metrics at its threshold.
    package var flags: [Bool]?
    /// Window of the volumes under the surface, for series in time order; nil leaves them out.
    package var window: Int?
    /// Whether point-adjusted F1 and its random control are computed.
    package var pointAdjusted: Bool

    /// Asks for the ranking metrics and whatever is given.
    package init(flags: [Bool]? = nil, window: Int? = nil, pointAdjusted: Bool = false) {
      (self.flags, self.window, self.pointAdjusted) = (flags, window, pointAdjusted)
    }
  }

  /// Evaluates `scores` against `labels`, both `[rows]`; a higher score is more abnormal.
  ///
  /// O(n log n), apart from the volumes (see `VolumeUnderSurface`).
  package init(scores: [Float], labels: [Bool], extent: Extent = Extent()) {
    let ranking = ScoreRanking(scores: scores, labels: labels)
    let best = ranking.bestF1
    let volume = extent.window.flatMap {
      VolumeUnderSurface(scores: scores, labels: labels, window: $0)
    }
    (rows, anomalousRows) = (ranking.rows, ranking.anomalous)
    missingScores = scores.count { $0.isNaN }
    (auroc, auprc, f1AtTrueRate) = (ranking.auroc, ranking.auprc, ranking.f1AtTrueRate)
    bestF1 = best?.f1
    bestF1Threshold = best.flatMap { $0.threshold.isFinite ? $0.threshold : nil }
    atThreshold = extent.flags.map { FlagMetrics(Confusion(flags: $0, labels: labels)) }
    (vusPR, vusROC, vusWindow) = (volume?.vusPR, volume?.vusROC, volume?.window)
    pointAdjusted =
      extent.pointAdjusted ? PointAdjustedF1(scores: scores, labels: labels) : nil
    undefined = Metrics.undefinedSentences(ranking, extent, atThreshold?.confusion)
  }

  private static func undefinedSentences(
    _ ranking: ScoreRanking, _ extent: Extent, _ confusion: Confusion?
  ) -> [String] {
    var sentences: [String] = []
    if !ranking.hasBothClasses {
      let names = extent.window == nil ? "AUROC and AUPRC" : "AUROC, AUPRC and VUS"
      sentences.append("\(names) are undefined: \(classes(of: ranking))")
    }
    if ranking.anomalous == 0 {
      sentences.append("F1 and recall are undefined: no row is labelled anomalous")
    }
    if let confusion, confusion.precision == nil {
      sentences.append("precision is undefined: no row was flagged")
    }
    if let confusion, confusion.falseAlarmRate == nil {
      sentences.append("false alarms per thousand are undefined: no row is labelled normal")
    }
    return sentences
  }

  private static func classes(of ranking: ScoreRanking) -> String {
    if ranking.rows == 0 { return "there are no rows" }
    return ranking.anomalous == 0
      ? "all \(ranking.rows) rows are labelled normal"
      : "all \(ranking.rows) rows are labelled anomalous"
  }
}
