package import Calibration
import Events
package import Ingestion
import Scoring
import Tabular

extension Detector {
  /// Sets the threshold anew from rows that the detector was not trained on.
  ///
  /// - Parameters:
  ///   - files: CSV files with the same columns: normal rows, or labelled ones, of which those labelled as
  ///     anomalies are left out.
  ///   - method: how the threshold is derived from scores; `bestF1` needs labels of both classes.
  ///   - falseAlarmRate: the fraction of normal rows that may be flagged, 1e-9 to 0.5.
  ///   - options: the treatment of bad rows and the number of tasks.
  /// - Returns: a report for each file.
  /// - Throws: `StillwaterError` when a file is not usable or the rate is out of range.
  @discardableResult
  public mutating func calibrate(
    on files: [String], method: ThresholdMethod = .conformal, falseAlarmRate: Double = 0.01,
    _ options: ScoringOptions = ScoringOptions()
  ) async throws(StillwaterError) -> [ScoringReport] {
    do {
      return try await calibrate(
        on: files.map(RowSource.file), method: method.method, rate: falseAlarmRate, options
      ).map(\.report)
    } catch { throw StillwaterError(error) }
  }

  /// Sets the threshold anew from rows in memory, exactly as from a file with the same rows.
  @discardableResult
  public mutating func calibrate(
    on rows: RowTable, method: ThresholdMethod = .conformal, falseAlarmRate: Double = 0.01,
    _ options: ScoringOptions = ScoringOptions()
  ) async throws(StillwaterError) -> ScoringReport {
    do {
      return try await calibrate(
        on: [.memory(rows)], method: method.method, rate: falseAlarmRate, options)[0].report
    } catch { throw StillwaterError(error) }
  }

  /// The columns that identify rows and series: time, group and identifiers.
  package var keyColumns: [String] {
    layout.schema.columns.filter {
      $0.role == .time || $0.role == .group || ($0.role == .ignored && $0.kind == .identifier)
    }.map(\.name)
  }

  /// The column that identifies series; nil without one.
  package var groupColumn: String? { layout.schema.column(of: .group)?.name }

  /// The threshold of single rows, that of a series included.
  package var rowThreshold: Float { calibration.threshold.value }

  /// Replaces the threshold by a fixed value; p-values do not change.
  package mutating func flag(above threshold: Float) throws {
    calibration = try Calibration.fit(
      to: calibration.scores.kept,
      options: CalibrationOptions(
        method: .fixed, rate: calibration.summary.rate, fixedThreshold: threshold))
    alarms?.followRows()
  }

  /// Sets the threshold of a series for a number of alarms per 10,000 normal rows.
  package mutating func flag(alarmRate: Double) { alarms?.ask(rate: alarmRate) }

  /// Sets the threshold for another false-alarm rate from the calibration scores in the model.
  package mutating func flag(rate: Double) throws {
    let old = calibration.summary
    let blocks = old.blockLength.map {
      BlockLayout(stretches: [old.effectiveCount * $0], blockLength: $0)
    }
    calibration = try Calibration.fit(
      to: calibration.scores.kept,
      options: CalibrationOptions(method: .conformal, rate: rate, blocks: blocks))
    alarms?.followRows()
  }

  /// This detector with another label column or positive label; nil keeps that of the training.
  package func reading(label: String?, positive: String?) -> Detector {
    guard label != nil || positive != nil else { return self }
    var layout = layout
    if let label {
      layout.schema.columns.removeAll {
        $0.role == .label || $0.name.utf8.elementsEqual(label.utf8)
      }
      layout.schema.columns.append(ColumnSchema(name: label, kind: .category, role: .label))
    }
    if let positive { layout.positiveLabel = positive }
    return Detector(
      layout: layout, core: core, calibration: calibration, alarms: alarms, card: card)
  }

  /// The scores and labels of a source, in the order of its rows.
  package struct LabelledScores: Sendable {
    package var scores: [Float] = []
    package var flags: [Bool] = []
    /// True for anomalies; nil when the file has no label column.
    package var labels: [Bool]?
    /// The values of the first feature of a series, whose period sets the window of metrics.
    package var firstFeature: [Float] = []
    package var rejected: [RejectedRow] = []
    package var outcome = FileOutcome()

    var report: ScoringReport {
      ScoringReport(
        rowsScored: outcome.rowsScored, missingValues: outcome.missingValues,
        warnings: outcome.warnings, badRows: rejected.map(BadRow.init))
    }
  }

  /// Scores a source and reads its labels, if it has any.
  package func labelledScores(
    of source: RowSource, _ options: ScoringOptions
  ) async throws -> LabelledScores {
    var result = LabelledScores()
    var options = options
    (options.readsLabels, options.blames) = (true, false)
    result.outcome = try await scoreRows(of: source, options) { header in
      if layout.hasLabel(header.names) { result.labels = [] }
    } emit: { chunk in
      for row in chunk.rows {
        result.scores.append(row.score)
        result.flags.append(row.isAnomaly)
      }
      result.rejected += chunk.chunk.rejected
      let table = chunk.chunk.table
      result.labels? += labels(of: table, layout: layout) ?? []
      if layout.isSeries,
        case .numbers(let values)? = table.column(named: featureNames[0])?.values
      {
        result.firstFeature += values.map { $0.isNaN ? 0 : Float($0) }
      }
    }
    return result
  }

  /// Sets the threshold anew from normal or labelled rows, without training.
  ///
  /// * `sources`: rows the detector was not trained on.
  /// * `method`: `bestF1` needs labels; the others use the rows labelled normal, or all without labels.
  package mutating func calibrate(
    on sources: [RowSource], method: CalibrationMethod, rate: Double, _ options: ScoringOptions
  ) async throws -> [LabelledScores] {
    var all: [LabelledScores] = []
    for source in sources { all.append(try await labelledScores(of: source, options)) }
    try fit(to: all, method, rate)
    alarms?.followRows()
    return all
  }

  /// Recalibrates the alarms of a series from normal or labelled rows, without training.
  ///
  /// The rows are explained like the left-out rows of the training, and their alarms make a new budget.
  package mutating func calibrateAlarms(on sources: [RowSource], _ options: ScoringOptions)
    async throws -> [LabelledScores]
  {
    guard let old = alarms else { return [] }
    let low = old.model.budget.low
    var (finder, all) = (self, [LabelledScores]())
    try finder.flag(above: low)
    for source in sources { all.append(try await finder.labelledScores(of: source, options)) }
    try fit(to: all, .conformal, calibration.summary.rate)
    let rows = all.reduce(0) { $0 + ($1.labels?.count { !$0 } ?? $1.scores.count) }
    let budget = AlarmBudget(
      low: low, severities: all.flatMap(\.outcome.alarms).filter { $0 >= low }, rows: rows)
    alarms = old.refitted(
      to: EventModel(heat: old.model.heat, budget: budget), rows: calibration.threshold.value)
    return all
  }

  private mutating func fit(
    to all: [LabelledScores], _ method: CalibrationMethod, _ rate: Double
  ) throws {
    let scores = all.flatMap(\.scores)
    let labels = all.flatMap { $0.labels ?? [Bool](repeating: false, count: $0.scores.count) }
    let blocks = calibration.summary.blockLength.map {
      BlockLayout(stretches: all.map(\.scores.count), blockLength: $0)
    }
    guard method != .bestF1 || all.allSatisfy({ $0.labels != nil }) else {
      throw CalibrationError.labelsNeeded(.bestF1)
    }
    calibration = try Calibration.fit(
      to: scores, labels: labels,
      options: CalibrationOptions(method: method, rate: rate, blocks: blocks))
  }
}
