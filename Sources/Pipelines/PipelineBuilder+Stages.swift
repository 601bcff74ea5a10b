import Options
import Reporting
import Stages
import Stillwater
import Yams

/// Each method builds one stage from its node; nil when the node is absent. Problems go to `reader`.
extension PipelineBuilder {
  func train(_ node: Node?, _ common: Common) -> TrainStage? {
    guard let members = members(of: node, TrainStage.self, "train") else { return nil }
    var stage = TrainStage.blank
    (stage.model, stage.resumption) = (common.model, .ifMatching)
    (stage.settings.columns, stage.settings.dialect) = (common.columns, common.dialect)
    stage.settings.threads = common.threads
    _ = read(&stage, members, common)
    stage.files = inputs(members, stage: "train")
    files.writes(common.model, "train", common.source)
    return stage
  }

  func calibrate(_ node: Node?, _ common: Common) -> CalibrateStage? {
    guard let members = members(of: node, CalibrateStage.self, "calibrate") else { return nil }
    var stage = CalibrateStage.blank
    stage.model = common.model
    (stage.label, stage.positiveLabel) = (common.columns.label, common.columns.positiveLabel)
    stage.options.threads = common.threads
    _ = read(&stage, members, common)
    if stage.needsFiles || (stage.threshold == nil && members.has("files")) {
      stage.files = inputs(members, stage: "calibrate")
    }
    readsModel(common, stage: "calibrate")
    let output = members.text("output").map(resolved) ?? common.model + ".calibrated"
    files.writes(output, "calibrate", members.nodes["output"] ?? node)
    stage.output = output
    return stage
  }

  func score(_ node: Node?, _ common: Common) -> [ScoreStage] {
    guard let members = members(of: node, ScoreStage.self, "score") else { return [] }
    var stage = ScoreStage.blank
    stage.model = common.model
    stage.options.threads = common.threads
    _ = read(&stage, members, common)
    if let quiet = members.item("quiet_times") {
      stage.quietTimes = resolved(quiet.text)
      files.reads(resolved(quiet.text), "score", quiet.node)
    }
    stage.files = inputs(members, stage: "score")
    readsModel(common, stage: "score")
    return outputs(of: stage, members)
  }

  /// One stage for `output`, one per file for `output_folder`; exactly one of the two must be given.
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

  /// The name of an output in `output_folder`: `NAME.scores.csv` for an input `some/NAME.csv.gz`.
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
    guard let node = top.nodes["evaluate"],
      let members = members(of: node, EvaluateStage.self, "evaluate")
    else { return nil }
    var stage = EvaluateStage(files: scores.map(\.output))
    (stage.label, stage.positiveLabel) = (common.columns.label, common.columns.positiveLabel)
    (stage.time, stage.dialect) = (common.columns.time, common.dialect)
    stage.options.threads = common.threads
    stage.score = (scores.first?.prefix ?? "") + "score"
    _ = read(&stage, members, common)
    if members.has("files") {
      stage.files = inputs(members, stage: "evaluate")
    } else {
      checkScores(scores, top.nodes["score"], node)
    }
    if let output = members.item("output") {
      stage.output = resolved(output.text)
      files.writes(resolved(output.text), "evaluate", output.node)
    } else if !members.has("output") {
      reader.report(node, "evaluate needs output")
    }
    return stage
  }

  /// Reports what keeps `evaluate` from reading the outputs of `score`.
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
  /// The input files of a stage, expanded; it must name at least one.
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

  /// Registers that a stage reads the model; it must exist or be written by an earlier stage.
  private func readsModel(_ common: Common, stage: String) {
    if let source = common.source { files.reads(common.model, stage, source) }
  }

  /// The members of a stage's mapping; nil when the stage is absent or not a mapping.
  private func members<Stage: Configurable>(of node: Node?, _ stage: Stage.Type, _ name: String)
    -> PipelineMembers?
  {
    guard node != nil else { return nil }
    let members = reader.members(of: node, allowed: Keys.of(stage, .stage), what: name)
    return members.isMapping ? members : nil
  }

  /// Sets the options of a stage and reports contradictions between them.
  private func read<Stage: Configurable>(
    _ stage: inout Stage, _ members: PipelineMembers, _ common: Common
  ) -> Given {
    var given = common.given
    members.read(&stage, .stage, &given)
    if members.has("files") { given.add("files", .key) }
    report(stage.conflicts(given), common.nodes.merging(members.nodes) { $1 })
    return given
  }
}
