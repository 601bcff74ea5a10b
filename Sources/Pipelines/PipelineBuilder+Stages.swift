import Calibration
import Ingestion
import Reporting
import Stages
import Stillwater
import Yams

extension PipelineBuilder {
  func train(_ node: Node?, _ common: Common) -> TrainStage? {
    guard let node else { return nil }
    let members = reader.members(of: node, allowed: Keys.train, what: "train")
    guard members.isMapping else { return nil }
    var settings = TrainingSettings()
    settings.columns = common.columns
    (settings.dialect, settings.threads) = (common.dialect, common.threads)
    settings.quality = members.choice("quality", Quality.self) ?? .balanced
    if members.nodes["window"]?.scalar?.string != "auto" {
      settings.window = members.whole("window", in: 2...100_000)
    }
    settings.seed = UInt64(members.whole("seed", in: 0...Int.max) ?? 0)
    settings.falseAlarmRate = rate(members) ?? 0.01
    settings.method = members.choice("method", CalibrationMethod.self) ?? .conformal
    if [.bestF1, .fixed].contains(settings.method) {
      reader.report(members.nodes["method"], "train takes conformal, quantile or evt as method")
    }
    settings.isCausal = members.flag("causal") ?? false
    if members.nodes["exemplars"]?.scalar?.string == "none" {
      settings.exemplars = 0
    } else {
      settings.exemplars = members.whole("exemplars", in: 100...1_000_000) ?? 10_000
    }
    settings.contamination = contamination(members, common.columns)
    settings.badRows = policy(members)
    let paths = inputs(members, stage: "train")
    files.writes(common.model, "train", common.source)
    var stage = TrainStage(files: paths, model: common.model, settings: settings)
    stage.resumption = .ifMatching
    return stage
  }

  func calibrate(_ node: Node?, _ common: Common) -> CalibrateStage? {
    guard let node else { return nil }
    let members = reader.members(of: node, allowed: Keys.calibrate, what: "calibrate")
    guard members.isMapping else { return nil }
    let threshold = threshold(members)
    var stage = CalibrateStage(
      files: members.has("threshold") ? [] : inputs(members, stage: "calibrate"),
      model: common.model)
    stage.threshold = threshold
    stage.method = members.choice("method", CalibrationMethod.self) ?? .conformal
    stage.falseAlarmRate = rate(members) ?? 0.01
    checkThreshold(members, against: ["files", "method", "false_alarm_rate"])
    if stage.method == .fixed, !members.has("threshold") {
      reader.report(members.nodes["method"], "method: fixed needs threshold")
    }
    (stage.label, stage.positiveLabel) = (common.columns.label, common.columns.positiveLabel)
    stage.options.threads = common.threads
    stage.options.badRows = policy(members)
    readsModel(common, stage: "calibrate")
    let output = members.text("output").map(resolved) ?? common.model + ".calibrated"
    files.writes(output, "calibrate", members.nodes["output"] ?? node)
    stage.output = output
    return stage
  }

  func score(_ node: Node?, _ common: Common) -> [ScoreStage] {
    guard let node else { return [] }
    let members = reader.members(of: node, allowed: Keys.score, what: "score")
    guard members.isMapping else { return [] }
    var stage = ScoreStage(
      files: inputs(members, stage: "score"), model: common.model, output: "")
    stage.keep = members.choice("keep", KeptColumns.self) ?? .all
    stage.format = members.choice("format", ScoreFormat.self) ?? .csv
    stage.prefix = members.text("prefix") ?? ""
    stage.threshold = threshold(members)
    stage.falseAlarmRate = rate(members)
    checkThreshold(members, against: ["false_alarm_rate"])
    stage.options.threads = common.threads
    stage.options.explains = members.flag("explain") ?? false
    stage.options.badRows = policy(members)
    readsModel(common, stage: "score")
    return outputs(of: stage, members)
  }

  /// One stage for `output`, one for each file for `output_folder`.
  private func outputs(of stage: ScoreStage, _ members: PipelineMembers) -> [ScoreStage] {
    switch (members.nodes["output"], members.nodes["output_folder"]) {
    case (let node?, nil):
      var one = stage
      one.output = members.text("output").map(resolved) ?? ""
      if !one.output.isEmpty { files.writes(one.output, "score", node) }
      if let events = members.item("events") {
        one.events = resolved(events.text)
        files.writes(resolved(events.text), "score", events.node)
      }
      return [one]
    case (nil, let node?):
      if let events = members.nodes["events"] { reader.report(events, "events needs one output") }
      guard let folder = members.text("output_folder").map(resolved) else { return [] }
      return stage.files.map { file in
        var one = stage
        one.files = [file]
        one.output = "\(folder)/\(outputName(of: file, stage.format))"
        files.writes(one.output, "score (\(file))", node)
        return one
      }
    case (_?, let node?): reader.report(node, "score takes output or output_folder, not both")
    case (nil, nil): reader.report(members.node, "score needs either output or output_folder")
    }
    return []
  }

  /// `NAME.scores.csv` for an input `some/NAME.csv.gz`.
  private func outputName(of file: String, _ format: ScoreFormat) -> String {
    var name = file.split(separator: "/").last.map { String($0) } ?? file
    for ending in [".gz", ".zst", ".csv"] where name.hasSuffix(ending) {
      name.removeLast(ending.count)
    }
    return "\(name).scores.\(format.rawValue)"
  }

  func evaluate(
    _ top: PipelineMembers, _ common: Common, _ scores: [ScoreStage]
  ) -> EvaluateStage? {
    guard let node = top.nodes["evaluate"] else { return nil }
    let members = reader.members(of: node, allowed: Keys.evaluate, what: "evaluate")
    guard members.isMapping else { return nil }
    var stage = EvaluateStage(files: scores.map(\.output))
    if members.has("files") {
      stage.files = inputs(members, stage: "evaluate")
    } else {
      checkScores(scores, top.nodes["score"], node)
    }
    (stage.label, stage.positiveLabel) = (common.columns.label, common.columns.positiveLabel)
    stage.time = common.columns.time
    stage.score = members.text("score") ?? (scores.first?.prefix ?? "") + "score"
    (stage.dialect, stage.options.threads) = (common.dialect, common.threads)
    if let output = members.item("output") {
      stage.output = resolved(output.text)
      files.writes(resolved(output.text), "evaluate", output.node)
    } else if !members.has("output") {
      reader.report(node, "evaluate needs output")
    }
    return stage
  }

  /// Whether `evaluate` can read what `score` writes.
  private func checkScores(_ scores: [ScoreStage], _ score: Node?, _ node: Node) {
    guard score != nil else {
      return reader.report(node, "evaluate needs files, or a score stage before it")
    }
    if scores.contains(where: { $0.format == .ndjson }) {
      reader.report(node, "evaluate reads csv, but score writes ndjson")
    }
    if scores.contains(where: { $0.keep != .all }) {
      reader.report(node, "evaluate needs the label column, which score leaves out; use keep: all")
    }
  }
}

extension PipelineBuilder {
  private func inputs(_ members: PipelineMembers, stage: String) -> [String] {
    guard let items = members.items("files") else {
      reader.report(members.node, "\(stage) needs files")
      return []
    }
    if let list = members.nodes["files"], list.sequence?.isEmpty ?? false {
      reader.report(list, "files of \(stage) names no file")
    }
    return files.inputs(items, of: stage, folder: folder)
  }

  private func readsModel(_ common: Common, stage: String) {
    if let source = common.source { files.reads(common.model, stage, source) }
  }

  private func contamination(_ members: PipelineMembers, _ columns: ColumnOptions) -> Double {
    let key = "contamination"
    let share = members.number(key, in: 0...0.2, expected: "a number from 0 to 0.2") ?? 0
    if share > 0, columns.time != nil {
      reader.report(members.nodes[key], "contamination is for tables: leave it out with time")
    }
    return share
  }

  private func rate(_ members: PipelineMembers) -> Double? {
    members.number("false_alarm_rate", in: 1e-9...0.5, expected: "a number from 1e-9 to 0.5")
  }

  private func threshold(_ members: PipelineMembers) -> Float? {
    members.number("threshold", in: -3e38...3e38, expected: "a number").map { Float($0) }
  }

  /// A threshold that is given leaves nothing for other keys to decide.
  private func checkThreshold(_ members: PipelineMembers, against keys: [String]) {
    guard members.has("threshold") else { return }
    let isFixed = members.nodes["method"]?.scalar?.string == "fixed"
    for key in keys where !(key == "method" && isFixed) {
      guard let node = members.nodes[key] else { continue }
      reader.report(node, "\(key) has no effect beside threshold; remove one of them")
    }
  }

  private enum BadRowAnswer: String, CaseIterable { case fail, quarantine }

  private func policy(_ members: PipelineMembers) -> BadRows {
    let most = members.whole("max_bad_rows", in: 0...Int.max)
    if members.choice("on_bad_rows", BadRowAnswer.self) == .quarantine {
      return .quarantine(maximum: most)
    }
    if members.has("max_bad_rows") {
      reader.report(members.nodes["max_bad_rows"], "max_bad_rows needs on_bad_rows: quarantine")
    }
    return .fail
  }
}
