import Calibration
import Compute
import Encoding
import Events
import Files
package import Ingestion
import Scoring
import Tabular

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The default number of tasks: that of the machine's active processors.
public var defaultThreads: Int { ProcessInfo.processInfo.activeProcessorCount }

/// A trained detector with what the summary reports about its training.
package struct TrainingOutcome: Sendable {
  package let detector: Detector
  package let inputs: [InputRecord]
  package let rejected: [RejectedRow]
  package let rowsIn, rowsUsed, rowsLeftOut, missingValues: Int
  package let warnings: [String]
  /// The least normal baseline rows, worst first.
  package let suspects: [SuspiciousRow]
  /// Training steps taken over from an earlier run; nil without checkpoints.
  package let resumedSteps: Int?
  /// The checkpoint, to be removed once the model is written.
  let checkpoints: CheckpointFile?

  /// Removes the checkpoint; call it once the model is written.
  package func removeCheckpoints() { checkpoints?.remove() }

  /// The public part of the outcome.
  var report: TrainingReport {
    TrainingReport(
      rowsIn: rowsIn, rowsUsed: rowsUsed, rowsLeftOut: rowsLeftOut, missingValues: missingValues,
      warnings: warnings, suspiciousRows: suspects, badRows: rejected.map(BadRow.init))
  }
}

extension Detector {
  /// Trains a detector on CSV files of normal rows.
  ///
  /// ```swift
  /// let (detector, report) = try await Detector.train(on: ["baseline.csv"])
  /// ```
  ///
  /// - Parameters:
  ///   - files: paths of files; `-` is standard input, gzip and zstd are recognised by their contents.
  ///     Rows labelled as anomalies are left out.
  ///   - settings: column roles, file format, effort and threshold.
  /// - Returns: a detector, calibrated on baseline rows that its networks did not learn from, and a report
  ///   on the baseline.
  /// - Throws: `StillwaterError` with file, line and column.
  public static func train(
    on files: [String], _ settings: TrainingSettings = TrainingSettings()
  ) async throws(StillwaterError) -> (detector: Detector, report: TrainingReport) {
    let outcome = try await outcome(of: files.map(RowSource.file), settings)
    return (outcome.detector, outcome.report)
  }

  /// Trains a detector on rows in memory, exactly as on a file with the same rows.
  public static func train(
    on rows: RowTable, _ settings: TrainingSettings = TrainingSettings()
  ) async throws(StillwaterError) -> (detector: Detector, report: TrainingReport) {
    let outcome = try await outcome(of: [.memory(rows)], settings)
    return (outcome.detector, outcome.report)
  }

  /// Trains a detector; for stages, which also need digests, checkpoints and rejected rows.
  package static func outcome(
    of sources: [RowSource], _ settings: TrainingSettings, checkpoints plan: CheckpointPlan? = nil
  ) async throws(StillwaterError) -> TrainingOutcome {
    do {
      try settings.check()
      let baseline = try baseline(of: sources, settings)
      let checkpoints = try plan.map {
        try CheckpointFile($0, fingerprint: fingerprint(baseline, settings))
      }
      let (detector, suspects) = try await fit(baseline, settings, checkpoints)
      return TrainingOutcome(
        detector: detector, inputs: baseline.inputs, rejected: baseline.rejected,
        rowsIn: baseline.inputs.reduce(0) { $0 + $1.rows } + baseline.rejected.count,
        rowsUsed: baseline.rowCount,
        rowsLeftOut: baseline.labelledAnomalies + baseline.sampledOut,
        missingValues: baseline.missingValues,
        warnings: detector.card.warnings + [checkpoints?.failure].compactMap(\.self),
        suspects: suspects, resumedSteps: checkpoints?.resumedSteps,
        checkpoints: checkpoints)
    } catch let error as EncodingError {
      let paths = sources.map(\.path).joined(separator: ", ")
      throw StillwaterError(.badData, "\(paths): \(error)")
    } catch { throw StillwaterError(error) }
  }

  private static func baseline(of sources: [RowSource], _ settings: TrainingSettings) throws
    -> Baseline
  {
    let reader = BaselineReader(
      dialect: settings.dialect, badRows: settings.badRows, memory: settings.memory,
      seed: settings.seed, views: settings.viewCount)
    var baseline = try reader.read(sources, columns: settings.columns)
    if (TableEncoder.fewestRows..<200).contains(baseline.rowCount) {
      baseline.warnings.append(
        "the baseline has only \(baseline.rowCount) rows: what is normal stays vague under 200")
    }
    if baseline.labelledAnomalies > 0 {
      baseline.warnings.append(
        "\(baseline.labelledAnomalies) baseline rows labelled as anomalies were left out")
    }
    return baseline
  }

  /// A digest of everything that determines the result of a training: program version, all settings
  /// except the number of threads, the bytes of the baseline and the number of rows sampled from it.
  private static func fingerprint(_ baseline: Baseline, _ settings: TrainingSettings) -> String {
    var settings = settings
    settings.threads = 1
    let all = [
      stillwaterVersion, "\(settings)", "\(settings.table)", "\(settings.series)",
      "\(baseline.rowCount)",
    ]
    let lines = all + baseline.inputs.map(\.sha256)
    return sha256(of: Array(lines.joined(separator: "\n").utf8))
  }

  private static func fit(
    _ baseline: Baseline, _ settings: TrainingSettings, _ checkpoints: CheckpointFile?
  ) async throws -> (Detector, [SuspiciousRow]) {
    baseline.layout.isSeries
      ? try await fitSeries(baseline, settings, checkpoints)
      : try await fitTable(baseline, settings, checkpoints)
  }

  private static func fitTable(
    _ baseline: Baseline, _ settings: TrainingSettings, _ checkpoints: CheckpointFile?
  ) async throws -> (Detector, [SuspiciousRow]) {
    let table = Table.joined(baseline.files.map(\.table))
    let encoder = try TableEncoder.fit(to: table, schema: baseline.layout.schema)
    let fit = await TableScorer.fit(
      to: try encoder.encode(table, views: settings.viewCount),
      groups: encoder.columns.map(\.features),
      options: settings.table, workers: settings.threads, checkpoints: checkpoints)
    let calibration = try Calibration.fit(
      to: fit.calibrationScores,
      options: CalibrationOptions(method: settings.method, rate: settings.falseAlarmRate))
    var card = card(baseline, settings, heldBack: fit.calibrationScores.count)
    card.exemplars = settings.exemplars > 0 ? fit.scorer.views.first?.exemplars.count ?? 0 : 0
    card.describe(fit.history)
    card.warnings += calibration.summary.warnings.map(\.description)
    let detector = Detector(
      layout: baseline.layout, core: .table(encoder, fit.scorer), calibration: calibration,
      card: card)
    return (detector, fit.suspects.map { baseline.suspect($0.row, score: $0.score) })
  }

  private static func fitSeries(
    _ baseline: Baseline, _ settings: TrainingSettings, _ checkpoints: CheckpointFile?
  ) async throws -> (Detector, [SuspiciousRow]) {
    let series = try baseline.files.map {
      try SeriesRows($0.table, layout: baseline.layout, path: $0.path, lines: $0.lines)
    }
    let steps = series.flatMap(\.steps).sorted()
    let interval = steps.isEmpty ? nil : steps[steps.count / 2]
    let encoder = try SeriesEncoder.fit(
      to: baseline.files.map(\.table), schema: baseline.layout.schema, interval: interval)
    var segments: [(file: Baseline.File, segment: Segment)] = []
    for (file, rows) in zip(baseline.files, series) {
      for group in rows.groups {
        segments += try encoder.segments(of: file.table, rows: group, times: rows.times)
          .map { (file, $0) }
      }
    }
    let longest = segments.map(\.segment.rows.count).max() ?? 0
    guard longest >= SeriesEncoder.fewestRows else {
      throw EncodingError.stretchesTooShort(longest: longest, needed: SeriesEncoder.fewestRows)
    }
    let fit = await SeriesScorer.fit(
      to: segments.map(\.segment.values), filled: segments.map(\.segment.filled),
      distinct: encoder.channels.map(\.distinct), options: settings.series,
      workers: settings.threads, checkpoints: checkpoints)
    let calibration = try Calibration.fit(
      to: fit.calibrationScores.flatMap { $0 },
      options: CalibrationOptions(
        method: settings.method, rate: settings.falseAlarmRate,
        blocks: BlockLayout(
          stretches: fit.calibrationScores.map(\.count), blockLength: fit.blockLength)))
    var card = card(
      baseline, settings, heldBack: fit.calibrationScores.reduce(0) { $0 + $1.count })
    card.window = fit.blockLength
    card.describe(fit.history)
    card.warnings +=
      timeWarnings(series, steps: steps, segments.count)
    var detector = Detector(
      layout: baseline.layout, core: .series(encoder, fit.scorer), calibration: calibration,
      card: card)
    let events = await EventModel.fit(
      to: fit.leftOut, channels: encoder.channels.count, threshold: calibration.threshold.value,
      workers: settings.threads)
    detector.alarms = .standard(events, rows: calibration.threshold.value)
    try detector.aim(at: settings.alarmPlan)
    detector.card.warnings += detector.doubts
    let suspects = fit.suspects.map { suspect in
      let (file, segment) = segments[suspect.segment]
      return file.suspect(segment.rows[suspect.row], score: suspect.score)
    }
    return (detector, suspects)
  }

  /// Warnings about gaps and uneven steps in time, which windows of equal steps assume away.
  private static func timeWarnings(_ series: [SeriesRows], steps: [Int64], _ segments: Int)
    -> [String]
  {
    var warnings: [String] = []
    let gaps = segments - series.reduce(0) { $0 + $1.groups.count }
    if gaps > 0 {
      warnings.append("time jumps \(gaps) times in the baseline; no window spans a jump")
    }
    let usual = steps.isEmpty ? 0 : Double(steps[steps.count / 2])
    let uneven = steps.count { abs(Double($0) - usual) > 0.1 * usual }
    let percentage = 100 * Double(uneven) / Double(max(1, steps.count))
    if percentage > 5 {
      warnings.append(
        "\(Int(percentage)) % of the steps of time differ from the usual one: windows count rows, not "
          + "time; evenly spaced rows are learned better")
    }
    return warnings
  }

  private static func card(_ baseline: Baseline, _ settings: TrainingSettings, heldBack: Int)
    -> ModelCard
  {
    ModelCard(
      version: stillwaterVersion, kind: baseline.layout.isSeries ? "series" : "table",
      quality: settings.quality, seed: settings.seed, rowsUsed: baseline.rowCount,
      rowsHeldBack: heldBack, exemplars: 0, warnings: baseline.warnings)
  }
}

/// The version of this library and of the command line.
public let stillwaterVersion = "0.1.0"
