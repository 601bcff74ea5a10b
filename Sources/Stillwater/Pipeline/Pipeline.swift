import Calibration
import Files
import Ingestion
import Yams

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The stages of a pipeline file with all their settings, paths resolved.
package struct Pipeline: Sendable {
  package let path: String
  package var name: String
  package var train: TrainStage?
  package var calibrate: CalibrateStage?
  package var scores: [ScoreStage] = []
  package var evaluate: EvaluateStage?

  /// Pipeline files longer than this are refused.
  static let longest = 1 << 20

  /// Reads and checks a pipeline file; every problem is reported with its line and column.
  package init(contentsOf path: String) throws {
    do {
      let bytes = try readWhole(path, limit: Self.longest)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw StillwaterError(.badConfiguration, "\(path): expected UTF-8 text")
      }
      try self.init(parsing: text, path: path)
    } catch { throw StillwaterError(error) }
  }

  init(path: String, name: String) { (self.path, self.name) = (path, name) }

  init(parsing text: String, path: String) throws {
    let builder = PipelineBuilder(path: path)
    self = try builder.build(try Self.compose(text, path))
  }

  private static func compose(_ text: String, _ path: String) throws -> Node? {
    do {
      // Aliases could make a small file expand without bound; a pipeline needs none.
      return try Parser(yaml: text, resolver: .basic).singleRoot()
    } catch let error as YamlError {
      throw StillwaterError(.badConfiguration, "\(path):\(reason(error))")
    }
  }

  private static func reason(_ error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return "\(mark.line):\(mark.column): \(problem)"
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.sorted()
      return "\(context.mark.line):\(context.mark.column): "
        + "a key stands twice: \(names.joined(separator: ", "))"
    default: return "1:1: not a YAML file: \(error)"
    }
  }
}

/// Turns the nodes of a pipeline file into stages.
struct PipelineBuilder {
  private let reader: PipelineReader
  private let folder: String

  init(path: String) {
    reader = PipelineReader(path: path)
    folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]) : "."
  }

  private static let trainKeys = [
    "files", "quality", "window", "seed", "false_alarm_rate", "method", "exemplars", "on_bad_rows",
    "max_bad_rows",
  ]
  private static let calibrateKeys = [
    "files", "output", "method", "false_alarm_rate", "threshold", "on_bad_rows", "max_bad_rows",
  ]
  private static let scoreKeys = [
    "files", "output", "output_folder", "keep", "explain", "format", "prefix", "events",
    "false_alarm_rate", "threshold", "on_bad_rows", "max_bad_rows",
  ]

  func build(_ root: Node?) throws -> Pipeline {
    guard let root else {
      throw StillwaterError(.badConfiguration, "\(reader.path):1:1: the file is empty")
    }
    let top = reader.members(
      of: root,
      allowed: [
        "version", "name", "model", "threads", "columns", "csv", "train", "calibrate", "score",
        "evaluate",
      ], what: "the pipeline")
    if top.whole("version", in: 1...1) == nil, !top.has("version") {
      reader.report(root, "version is missing; write version: 1")
    }
    var common = Common(
      model: resolved(top.text("model") ?? "model.stillwater"),
      threads: top.whole("threads", in: 1...1024) ?? defaultThreads)
    common.columns = columns(top.nodes["columns"])
    common.dialect = dialect(top.nodes["csv"])
    var pipeline = Pipeline(path: reader.path, name: top.text("name") ?? reader.path)
    pipeline.train = train(top.nodes["train"], common)
    pipeline.calibrate = calibrate(top.nodes["calibrate"], common)
    if let output = pipeline.calibrate?.output { common.model = output }
    pipeline.scores = score(top.nodes["score"], common)
    pipeline.evaluate = evaluate(top.nodes["evaluate"], common, pipeline.scores)
    let stages = ["train", "calibrate", "score", "evaluate"]
    if reader.problems.isEmpty, !stages.contains(where: top.has) {
      reader.report(root, "no stage is given: \(stages.joined(separator: ", "))")
    }
    try reader.check()
    return pipeline
  }

  private struct Common {
    var model: String
    var threads: Int
    var columns = ColumnOptions()
    var dialect = CSVDialect()
  }

  /// Paths are relative to the folder of the pipeline file.
  private func resolved(_ path: String) -> String {
    path.hasPrefix("/") || path == "-" ? path : "\(folder)/\(path)"
  }

  private func files(_ members: PipelineReader.Members, _ node: Node?, stage: String) -> [String] {
    guard let patterns = members.texts("files"), !patterns.isEmpty else {
      if !members.has("files") { reader.report(node, "\(stage) needs files") }
      return []
    }
    do { return try InputPaths.expand(patterns.map(resolved)) } catch {
      reader.report(members.nodes["files"], "\(error)")
      return []
    }
  }

  private func columns(_ node: Node?) -> ColumnOptions {
    let members = reader.members(
      of: node, allowed: ["time", "group", "label", "positive_label", "ignore", "categorical"],
      what: "columns")
    var options = ColumnOptions()
    (options.time, options.group) = (members.text("time"), members.text("group"))
    (options.label, options.positiveLabel) = (members.text("label"), members.text("positive_label"))
    options.ignored = members.texts("ignore") ?? []
    options.categorical = members.texts("categorical") ?? []
    return options
  }

  private func dialect(_ node: Node?) -> CSVDialect {
    let members = reader.members(
      of: node, allowed: ["delimiter", "decimal", "null_values", "time_unit"], what: "csv")
    return CSVDialect(
      delimiter: members.choice("delimiter", CSVDialect.Delimiter.self) ?? .comma,
      decimal: members.choice("decimal", CSVDialect.Decimal.self) ?? .point,
      nullValues: members.texts("null_values") ?? [],
      timeUnit: members.choice("time_unit", TimeUnit.self))
  }

  private enum BadRows: String, CaseIterable { case fail, quarantine }

  private func policy(_ members: PipelineReader.Members) -> BadRowPolicy {
    let most = members.whole("max_bad_rows", in: 0...Int.max)
    return members.choice("on_bad_rows", BadRows.self) == .quarantine
      ? .quarantine(maximum: most) : .fail
  }

  private func train(_ node: Node?, _ common: Common) -> TrainStage? {
    guard let node else { return nil }
    let members = reader.members(of: node, allowed: Self.trainKeys, what: "train")
    var settings = TrainingSettings()
    settings.columns = common.columns
    (settings.dialect, settings.threads) = (common.dialect, common.threads)
    settings.quality = members.choice("quality", Quality.self) ?? .balanced
    if members.nodes["window"]?.scalar?.string != "auto" {
      settings.window = members.whole("window", in: 2...100_000)
    }
    settings.seed = UInt64(members.whole("seed", in: 0...Int.max) ?? 0)
    settings.falseAlarmRate = members.number("false_alarm_rate", in: 1e-9...0.5) ?? 0.01
    settings.method = members.choice("method", CalibrationMethod.self) ?? .conformal
    if [.bestF1, .fixed].contains(settings.method) {
      reader.report(members.nodes["method"], "train takes conformal, quantile or evt")
    }
    settings.exemplars =
      members.nodes["exemplars"]?.scalar?.string == "none"
      ? 0 : members.whole("exemplars", in: 100...1_000_000) ?? 10_000
    settings.badRows = policy(members)
    return TrainStage(
      files: files(members, node, stage: "train"), model: common.model, settings: settings)
  }

  private func calibrate(_ node: Node?, _ common: Common) -> CalibrateStage? {
    guard let node else { return nil }
    let members = reader.members(of: node, allowed: Self.calibrateKeys, what: "calibrate")
    let threshold = members.number("threshold", in: -3e38...3e38)
    var stage = CalibrateStage(
      files: threshold == nil ? files(members, node, stage: "calibrate") : [], model: common.model)
    stage.output = resolved(members.text("output") ?? common.model + ".calibrated")
    if !members.has("output") { stage.output = common.model + ".calibrated" }
    stage.threshold = threshold.map { Float($0) }
    stage.method = members.choice("method", CalibrationMethod.self) ?? .conformal
    stage.falseAlarmRate = members.number("false_alarm_rate", in: 1e-9...0.5) ?? 0.01
    (stage.label, stage.positiveLabel) = (common.columns.label, common.columns.positiveLabel)
    stage.options.threads = common.threads
    stage.options.badRows = policy(members)
    return stage
  }

  private func score(_ node: Node?, _ common: Common) -> [ScoreStage] {
    guard let node else { return [] }
    let members = reader.members(of: node, allowed: Self.scoreKeys, what: "score")
    let files = files(members, node, stage: "score")
    var stage = ScoreStage(files: files, model: common.model, output: "")
    stage.keep = members.choice("keep", KeptColumns.self) ?? .all
    stage.format = members.choice("format", ScoreFormat.self) ?? .csv
    stage.prefix = members.text("prefix") ?? ""
    stage.events = members.text("events").map(resolved)
    stage.threshold = members.number("threshold", in: -3e38...3e38).map { Float($0) }
    stage.falseAlarmRate = members.number("false_alarm_rate", in: 1e-9...0.5)
    stage.options.threads = common.threads
    stage.options.explains = members.flag("explain") ?? false
    stage.options.badRows = policy(members)
    switch (members.text("output"), members.text("output_folder")) {
    case (let output?, nil):
      stage.output = resolved(output)
      return [stage]
    case (nil, let folder?):
      if stage.events != nil { reader.report(members.nodes["events"], "events needs one output") }
      return files.map { file in
        var one = stage
        (one.files, one.output) = (
          [file], "\(resolved(folder))/\(outputName(of: file, stage.format))"
        )
        return one
      }
    default:
      reader.report(node, "score needs either output or output_folder")
      return []
    }
  }

  /// `NAME.scores.csv` for an input `some/NAME.csv.gz`.
  private func outputName(of file: String, _ format: ScoreFormat) -> String {
    var name = file.split(separator: "/").last.map { String($0) } ?? file
    for ending in [".gz", ".zst", ".csv"] where name.hasSuffix(ending) {
      name.removeLast(ending.count)
    }
    return "\(name).scores.\(format.rawValue)"
  }

  private func evaluate(_ node: Node?, _ common: Common, _ scores: [ScoreStage]) -> EvaluateStage? {
    guard let node else { return nil }
    let members = reader.members(of: node, allowed: ["files", "output", "score"], what: "evaluate")
    if !members.has("files"), scores.isEmpty {
      reader.report(node, "evaluate needs files, or a score stage before it")
    }
    var stage = EvaluateStage(
      files: members.has("files")
        ? members.texts("files")?.map(resolved) ?? [] : scores.map(\.output))
    (stage.label, stage.positiveLabel) = (common.columns.label, common.columns.positiveLabel)
    stage.time = common.columns.time
    stage.score = members.text("score") ?? (scores.first?.prefix ?? "") + "score"
    stage.output = members.text("output").map(resolved)
    (stage.dialect, stage.options.threads) = (common.dialect, common.threads)
    if stage.output == nil { reader.report(node, "evaluate needs output") }
    return stage
  }
}
