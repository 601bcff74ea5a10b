/// The best F1 that any threshold reaches, and where.
package struct BestF1: Sendable, Equatable {
  /// The F1 of the best threshold, 0 to 1.
  package let f1: Double
  /// Scores strictly above this are flagged.
  package let threshold: Float
}

/// Metrics of the order alone: a strictly increasing map of the scores leaves them unchanged.
extension ScoreRanking {
  /// Area under the ROC curve: how often an anomalous row outranks a normal one, ties counting half.
  ///
  /// Nil when only one class is present.
  package var auroc: Double? {
    guard hasBothClasses else { return nil }
    var (normalBelow, won) = (Double(normal), 0.0)
    for tie in ties {
      normalBelow -= Double(tie.normal)
      won += Double(tie.anomalous) * (normalBelow + Double(tie.normal) / 2)
    }
    return won / (Double(normal) * Double(anomalous))
  }

  /// Average precision: the precision at each threshold, weighted by the recall it adds.
  ///
  /// The sum of steps as scikit-learn defines it, without interpolation. Nil when only one class is
  /// present (precision is constant then).
  package var auprc: Double? {
    guard hasBothClasses else { return nil }
    var (hits, flagged, sum) = (0, 0, 0.0)
    for tie in ties {
      hits += tie.anomalous
      flagged += tie.anomalous + tie.normal
      sum += Double(tie.anomalous) * Double(hits) / Double(flagged)
    }
    return sum / Double(anomalous)
  }

  /// The largest F1 over all thresholds, with the highest threshold that reaches it.
  ///
  /// Chosen with the labels in hand, hence a bound, not a promise. Nil when no row is anomalous.
  package var bestF1: BestF1? {
    guard anomalous > 0 else { return nil }
    var (hits, flagged, best, last) = (0, 0, -1.0, 0)
    for (index, tie) in ties.enumerated() {
      hits += tie.anomalous
      flagged += tie.anomalous + tie.normal
      let f1 = 2 * Double(hits) / Double(anomalous + flagged)
      if f1 > best { (best, last) = (f1, index) }
    }
    return BestF1(f1: best, threshold: threshold(flaggingThrough: last))
  }

  /// F1 when exactly as many rows are flagged as are anomalous; precision and recall equal it.
  ///
  /// Where the cut falls within a tie, the mean over all ways to break the tie is taken, so that the
  /// order of rows cannot matter. Nil when no row is anomalous.
  package var f1AtTrueRate: Double? {
    guard anomalous > 0 else { return nil }
    var (hits, left) = (0.0, anomalous)
    for tie in ties where left > 0 {
      let rows = tie.anomalous + tie.normal
      hits += Double(tie.anomalous) * Double(min(rows, left)) / Double(rows)
      left -= min(rows, left)
    }
    return hits / Double(anomalous)
  }

  /// The largest score that is not flagged when the groups up to `index` are.
  private func threshold(flaggingThrough index: Int) -> Float {
    index + 1 < ties.count ? ties[index + 1].score : ties[index].score.nextDown
  }
}
