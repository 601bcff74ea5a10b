import Ingestion
import Stages
import Stillwater
import Yams

/// Turns the nodes of a pipeline file into stages; what is wrong is left with `reader`.
struct PipelineBuilder {
  let reader = PipelineReader()
  let files: PipelineFiles
  private let path: String
  /// The folder of the pipeline file with its slash.
  let folder: String

  /// What all stages share.
  struct Common {
    var model: String
    /// What says where the model comes from; nil when nothing does.
    var source: Node?
    var threads = defaultThreads
    var columns = ColumnOptions()
    var dialect = CSVDialect()
  }

  /// The keys of a pipeline file, by the mapping that may hold them.
  enum Keys {
    static let top = ["version", "name", "model", "threads", "columns", "csv"] + stages
    static let stages = ["train", "calibrate", "score", "evaluate"]
    static let columns = ["time", "group", "label", "positive_label", "ignore", "categorical"]
    static let csv = ["delimiter", "decimal", "null_values", "time_unit"]
    static let badRows = ["on_bad_rows", "max_bad_rows"]
    static let train =
      [
        "files", "quality", "window", "seed", "false_alarm_rate", "method", "exemplars", "causal",
        "contamination",
      ] + badRows
    static let calibrate =
      ["files", "output", "method", "false_alarm_rate", "threshold"] + badRows
    static let score =
      [
        "files", "output", "output_folder", "keep", "explain", "format", "prefix", "events",
        "false_alarm_rate", "threshold",
      ] + badRows
    static let evaluate = ["files", "output", "score"]
  }

  init(path: String) {
    self.path = path
    folder = Self.folder(of: path)
    files = PipelineFiles(reader)
  }

  /// The stages, in so far as they could be read.
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
    _ = top.whole("version", in: 1...1)
    if !top.has("version") { reader.report(top.node, "version is missing; write version: 1") }
    if !Keys.stages.contains(where: top.has) {
      // An unknown key may be a stage with a slip in its name, and is enough to be told.
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
    common.threads = top.whole("threads", in: 1...1024) ?? defaultThreads
    common.columns = columns(top.nodes["columns"])
    common.dialect = dialect(top.nodes["csv"])
    common.source = top.nodes["model"] ?? top.nodes["train"]
    return common
  }

  /// The folder of a pipeline file with its slash.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
  }

  /// The path of a file that the pipeline names: relative to the folder of the pipeline file.
  func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }

  private func columns(_ node: Node?) -> ColumnOptions {
    let members = reader.members(of: node, allowed: Keys.columns, what: "columns")
    checkRoles(members)
    var options = ColumnOptions()
    (options.time, options.group) = (members.text("time"), members.text("group"))
    (options.label, options.positiveLabel) = (members.text("label"), members.text("positive_label"))
    options.ignored = members.texts("ignore") ?? []
    options.categorical = members.texts("categorical") ?? []
    return options
  }

  /// A column has one role.
  private func checkRoles(_ members: PipelineMembers) {
    var roles: [[UInt8]: String] = [:]
    for key in ["time", "group", "label", "ignore", "categorical"] {
      guard let value = members.nodes[key] else { continue }
      for node in value.sequence.map({ Array($0) }) ?? [value] {
        guard let name = node.scalar?.string, !name.isEmpty else { continue }
        if let other = roles.updateValue(key, forKey: Array(name.utf8)) {
          reader.report(node, "column \(shown(name)) is named under \(other) and under \(key)")
        }
      }
    }
  }

  private func dialect(_ node: Node?) -> CSVDialect {
    let members = reader.members(of: node, allowed: Keys.csv, what: "csv")
    let dialect = CSVDialect(
      delimiter: members.choice("delimiter", CSVDialect.Delimiter.self) ?? .comma,
      decimal: members.choice("decimal", CSVDialect.Decimal.self) ?? .point,
      nullValues: members.texts("null_values") ?? [],
      timeUnit: members.choice("time_unit", TimeUnit.self))
    if dialect.delimiter == .comma, dialect.decimal == .comma {
      reader.report(
        members.nodes["decimal"],
        "a decimal comma needs another delimiter, such as delimiter: semicolon")
    }
    return dialect
  }
}
