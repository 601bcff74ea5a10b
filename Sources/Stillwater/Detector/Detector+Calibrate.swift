package import Calibration
import Events
package import Ingestion
import Scoring
import Tabular

extension Detector {
  /// Sets the threshold anew from rows that the detector was not trained on.
  ///
  /// - Parameters:
  ///   - files: CSV files with the same columns: normal rows, or labelled ones, for rows with the label
  ///     of an anomaly are left out.
  ///   - method: how the scores make the threshold; `bestF1` needs labels of both kinds.
  ///   - falseAlarmRate: the share of normal rows that may be flagged, 1e-9 to 0.5.
  ///   - options: what becomes of bad rows, how many tasks work.
  /// - Returns: what was met in each file.
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

  /// Sets the threshold anew from rows in memory; all else is as for a file with the same rows.
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

  /// Columns that tell rows and series apart: time, group and identifiers.
  package var keyColumns: [String] {
    layout.schema.columns.filter {
      $0.role == .time || $0.role == .group || ($0.role == .ignored && $0.kind == .identifier)
    }.map(\.name)
  }

  /// The column that tells series apart; nil without one.
  package var groupColumn: String? { layout.schema.column(of: .group)?.name }

  /// The threshold of single rows, that of a series included.
  package var rowThreshold: Float { calibration.threshold.value }

  /// Flags scores above a fixed value; p-values stay as they are.
  package mutating func flag(above threshold: Float) throws {
    calibration = try Calibration.fit(
      to: calibration.scores.kept,
      options: CalibrationOptions(
        method: .fixed, rate: calibration.summary.rate, fixedThreshold: threshold))
    alarms?.followRows()
  }

  /// Sets the threshold of a series so that normal rows raise so many alarms in 10,000.
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

  /// A detector that reads this label column, whatever it was trained with.
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

  /// Scores and labels of a file, in the order of its rows.
  package struct Judged: Sendable {
    package var scores: [Float] = []
    package var flags: [Bool] = []
    /// nil when the file has no label column.
    package var labels: [Bool]?
    /// The first learned column, from which series take their window.
    package var firstFeature: [Float] = []
    package var rejected: [RejectedRow] = []
    package var outcome = FileOutcome()

    var report: ScoringReport {
      ScoringReport(
        rowsScored: outcome.rowsScored, missingValues: outcome.missingValues,
        warnings: outcome.warnings, badRows: rejected.map(BadRow.init))
    }
  }

  /// Scores a file and reads its labels if it has any.
  package func judge(_ source: RowSource, _ options: ScoringOptions) async throws -> Judged {
    var judged = Judged()
    var options = options
    (options.readsLabels, options.blames) = (true, false)
    judged.outcome = try await scoreRows(of: source, options) { header in
      if layout.hasLabel(header.names) { judged.labels = [] }
    } emit: { chunk in
      for row in chunk.rows {
        judged.scores.append(row.score)
        judged.flags.append(row.isAnomaly)
      }
      judged.rejected += chunk.chunk.rejected
      let table = chunk.chunk.table
      judged.labels? += labels(of: table, layout: layout) ?? []
      if layout.isSeries,
        case .numbers(let values)? = table.column(named: featureNames[0])?.values
      {
        judged.firstFeature += values.map { $0.isNaN ? 0 : Float($0) }
      }
    }
    return judged
  }

  /// Sets the threshold anew from normal or labelled rows; the model itself is not trained.
  ///
  /// * `sources`: rows the detector was not trained on.
  /// * `method`: `best-f1` needs labels; the others use the rows labelled normal, or all.
  package mutating func calibrate(
    on sources: [RowSource], method: CalibrationMethod, rate: Double, _ options: ScoringOptions
  ) async throws -> [Judged] {
    var all: [Judged] = []
    for source in sources { all.append(try await judge(source, options)) }
    try fit(to: all, method, rate)
    alarms?.followRows()
    return all
  }

  /// Sets all that is known about alarms anew from normal or labelled rows of series: they are explained
  /// as those were that training left out.
  package mutating func calibrateAlarms(on sources: [RowSource], _ options: ScoringOptions)
    async throws -> [Judged]
  {
    guard let old = alarms else { return [] }
    let low = old.model.budget.low
    var (finder, all) = (self, [Judged]())
    try finder.flag(above: low)
    for source in sources { all.append(try await finder.judge(source, options)) }
    try fit(to: all, .conformal, calibration.summary.rate)
    let rows = all.reduce(0) { $0 + ($1.labels?.count { !$0 } ?? $1.scores.count) }
    let budget = AlarmBudget(
      low: low, severities: all.flatMap(\.outcome.alarms).filter { $0 >= low }, rows: rows)
    alarms = old.refitted(
      to: EventModel(heat: old.model.heat, budget: budget), rows: calibration.threshold.value)
    return all
  }

  private mutating func fit(to all: [Judged], _ method: CalibrationMethod, _ rate: Double) throws {
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
