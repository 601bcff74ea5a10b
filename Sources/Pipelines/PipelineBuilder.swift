import Ingestion
import Options
import Stages
import Stillwater
import Yams

/// Builds stages from the nodes of a pipeline file.
///
/// Nothing throws: problems are collected by `reader`, so that a user sees all of them at once.
struct PipelineBuilder {
  let reader = PipelineReader()
  let files: PipelineFiles
  private let path: String
  /// The folder of the pipeline file, with a final slash.
  let folder: String

  /// The settings common to all stages.
  struct Common {
    /// The path of the model, as later stages read it.
    var model: String
    /// The node that determines the model, `model` or `train`; nil without either.
    var source: Node?
    var threads = defaultThreads
    var columns = ColumnOptions()
    var dialect = CSVDialect()
    /// The options given so far, and their nodes by name.
    var given = Given(front: .key)
    var nodes: [String: Node] = [:]
  }

  /// The valid keys of a pipeline file, by mapping.
  enum Keys {
    static let top = ["version", "name", "model", "threads", "columns", "csv"] + stages
    static let stages = ["train", "calibrate", "score", "evaluate"]

    /// The keys of a section: those of its options.
    static func of<Root: Configurable>(_ root: Root.Type, _ section: PipelineSection) -> [String] {
      root.table.filter { $0.section == section }.map(\.key)
    }
  }

  init(path: String) {
    self.path = path
    folder = Self.folder(of: path)
    files = PipelineFiles(reader)
  }

  /// Builds the stages, as far as they are valid.
  ///
  /// * `root`: the document; nil for an empty file.
  func build(_ root: Node?) -> Pipeline {
    var pipeline = Pipeline(path: path, name: path)
    guard let root else {
      reader.report(nil, "the file is empty; a pipeline needs version: 1 and a stage")
      return pipeline
    }
    let top = reader.members(of: root, allowed: Keys.top, what: "the pipeline")
    guard root.mapping != nil else { return pipeline }
    checkTop(top)
    pipeline.name = top.text("name") ?? path
    var common = common(top)
    pipeline.train = train(top.nodes["train"], common)
    pipeline.calibrate = calibrate(top.nodes["calibrate"], common)
    if let output = pipeline.calibrate?.output { common.model = output }
    pipeline.scores = score(top.nodes["score"], common)
    pipeline.evaluate = evaluate(top, common, pipeline.scores)
    return pipeline
  }

  private func checkTop(_ top: PipelineMembers) {
    top.check("version", is: 1)
    if !top.has("version") { reader.report(top.node, "version is missing; write version: 1") }
    if !Keys.stages.contains(where: top.has) {
      // An unknown key, already reported, may be a misspelled stage.
      guard reader.problems.isEmpty else { return }
      reader.report(top.node, "no stage is given: \(Keys.stages.joined(separator: ", "))")
    } else if !top.has("model"), !top.has("train"),
      let stage = ["calibrate", "score"].first(where: top.has)
    {
      reader.report(top.nodes[stage], "\(stage) needs model, or a train stage before it")
    }
  }

  private func common(_ top: PipelineMembers) -> Common {
    var common = Common(model: resolved(top.text("model") ?? "model.stillwater"))
    common.source = top.nodes["model"] ?? top.nodes["train"]
    var stage = TrainStage.blank
    top.read(&stage, .top, &common.given)
    common.threads = stage.settings.threads
    read(\.columns, top.nodes["columns"], .columns, "columns", &common)
    read(\.dialect, top.nodes["csv"], .csv, "csv", &common)
    return common
  }

  /// The folder of a path, with a final slash; `./` when the path names none.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
  }

  /// Resolves a path in the pipeline against the folder of the pipeline file.
  func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }

  /// Reads the section of one group of common options, such as `columns`.
  private func read<Root: Configurable>(
    _ root: WritableKeyPath<Common, Root>, _ node: Node?, _ section: PipelineSection,
    _ what: String, _ common: inout Common
  ) {
    let members = reader.members(of: node, allowed: Keys.of(Root.self, section), what: what)
    common.nodes.merge(members.nodes) { first, _ in first }
    var given = common.given
    members.read(&common[keyPath: root], section, &given)
    common.given = given
    report(common[keyPath: root].conflicts(common.given), common.nodes)
  }

  /// Reports contradictory options at their nodes.
  func report(_ conflicts: [Conflict], _ nodes: [String: Node]) {
    for conflict in conflicts {
      let node = nodes[conflict.name]
      let items = node?.sequence.map { Array($0) }
      reader.report(conflict.index.flatMap { items?[$0] } ?? node, conflict.reason)
    }
  }
}
