import Files
package import Reporting

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Runs the stages of a pipeline, passing over those whose inputs, settings and outputs are what they
/// were when they were last finished.
package struct PipelineRun: Sendable {
  package let pipeline: Pipeline

  package init(_ pipeline: Pipeline) { self.pipeline = pipeline }

  /// What became of a stage.
  package struct Report: Sendable {
    package let stage: String
    package let output: String
    /// nil when the stage was up to date.
    package let summary: RunSummary?
  }

  /// Runs all stages in order.
  ///
  /// * `finished`: told of each stage as it ends.
  package func run(
    force: Bool, progress: @escaping ProgressHandler, finished: (Report) throws -> Void
  ) async throws {
    do {
      let locks = try lockFolders()
      defer { withExtendedLifetime(locks) {} }
      for stage in stages {
        if !force, try isUpToDate(stage) {
          try finished(Report(stage: stage.name, output: stage.output, summary: nil))
          continue
        }
        let fingerprint = try stage.fingerprint()
        let summary = try await stage.run(progress)
        try remember(stage, fingerprint)
        try finished(Report(stage: stage.name, output: stage.output, summary: summary))
      }
    } catch { throw StillwaterError(error) }
  }

  /// What every stage will do, in order, without doing it.
  package func plan() throws -> [String] {
    try stages.map { stage in
      "\(stage.name): \(stage.inputs.joined(separator: ", ")) -> \(stage.output)"
        + (try isUpToDate(stage) ? " (up to date)" : "")
    }
  }

  private var stages: [Step] {
    var steps: [Step] = []
    if let train = pipeline.train {
      steps.append(
        Step(
          name: "train", inputs: train.files, output: train.model,
          settings: "\(train.settings.identity)"
        ) { try await train.run(progress: $0) })
    }
    if let stage = pipeline.calibrate, let output = stage.output {
      steps.append(
        Step(
          name: "calibrate", inputs: stage.files + [stage.model], output: output,
          settings: stage.identity
        ) { try await stage.run(progress: $0) })
    }
    for stage in pipeline.scores {
      steps.append(
        Step(
          name: "score", inputs: stage.files + [stage.model], output: stage.output,
          settings: stage.identity
        ) { try await stage.run(progress: $0) })
    }
    if let stage = pipeline.evaluate, let output = stage.output {
      steps.append(
        Step(name: "evaluate", inputs: stage.files, output: output, settings: stage.identity) {
          try await stage.run(progress: $0)
        })
    }
    return steps
  }

  /// One writer for each folder that receives an output; missing folders are made.
  private func lockFolders() throws -> [FolderLock] {
    let folders = Set(stages.map { Self.folder(of: $0.output) }).sorted()
    return try folders.map { folder in
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw StillwaterError(.cannotCreate, "\(folder): the folder cannot be made")
      }
      return try FolderLock(folder: folder, command: "pipeline \(pipeline.path)")
    }
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// What is kept beside an output to know it again.
  private struct StageRecord: Codable {
    var fingerprint, output: String

    private enum CodingKeys: String, CodingKey {
      case fingerprint
      case output = "output_sha256"
    }
  }

  private func record(_ stage: Step) -> String { stage.output + ".stage.json" }

  private func isUpToDate(_ stage: Step) throws -> Bool {
    let paths = [record(stage), stage.output, stage.output + ".summary.json"] + stage.inputs
    guard paths.allSatisfy({ FileManager.default.fileExists(atPath: $0) }),
      let data = FileManager.default.contents(atPath: record(stage)),
      let known = try? JSONDecoder().decode(StageRecord.self, from: data)
    else { return false }
    return try known.fingerprint == stage.fingerprint() && known.output == digest(of: stage.output)
  }

  private func remember(_ stage: Step, _ fingerprint: String) throws {
    let file = try OutputFile(path: record(stage))
    try file.append(
      prettyJSON(StageRecord(fingerprint: fingerprint, output: try digest(of: stage.output))))
    try file.commit()
  }
}

/// One stage with what it depends on.
private struct Step {
  let name: String
  let inputs: [String]
  let output: String
  let settings: String
  let run: @Sendable (@escaping ProgressHandler) async throws -> RunSummary

  /// The hash of the program's version, the settings and the contents of all inputs.
  func fingerprint() throws -> String {
    var text = "\(stillwaterVersion)\n\(name)\n\(settings)\n\(output)\n"
    for input in inputs { text += "\(input) \(try digest(of: input))\n" }
    return sha256(of: Array(text.utf8))
  }
}

/// The SHA-256 of a file as it is stored.
private func digest(of path: String) throws -> String {
  let file = try InputFile(path: path)
  var block: [UInt8] = []
  while try file.read(upTo: 1 << 20, into: &block) > 0 { block.removeAll(keepingCapacity: true) }
  return file.digest
}

extension TrainingSettings {
  /// Everything that decides the result; the number of threads does not.
  fileprivate var identity: String {
    "\(columns) \(quality) \(window ?? 0) \(seed) \(falseAlarmRate) \(method) \(exemplars) "
      + "\(dialect) \(badRows)"
  }
}

extension CalibrateStage {
  fileprivate var identity: String {
    "\(method) \(falseAlarmRate) \(threshold ?? .nan) \(label ?? "") \(positiveLabel ?? "") "
      + "\(options.badRows)"
  }
}

extension ScoreStage {
  fileprivate var identity: String {
    "\(keep) \(format) \(prefix) \(options.explains) \(options.badRows) \(threshold ?? .nan) "
      + "\(falseAlarmRate ?? .nan) \(events ?? "")"
  }
}

extension EvaluateStage {
  fileprivate var identity: String {
    "\(label ?? "") \(positiveLabel ?? "") \(score) \(time ?? "") \(dialect)"
  }
}
