import Files
import Options
package import Reporting
package import Stages
import Stillwater

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Runs the stages of a pipeline, skipping those that are up to date.
///
/// A stage is up to date if program version, settings, contents of the inputs and contents of the outputs
/// are those recorded when it last finished. Timestamps do not matter.
package struct PipelineRun: Sendable {
  package let pipeline: Pipeline

  package init(_ pipeline: Pipeline) { self.pipeline = pipeline }

  /// The outcome of one stage.
  package struct Report: Sendable {
    package let stage: String
    package let output: String
    /// The summary of the run; nil when the stage was skipped.
    package let summary: RunSummary?
  }

  /// Runs all stages in order; the first failure ends the run with `StillwaterError`.
  ///
  /// * `force`: whether to run stages that are up to date too.
  /// * `finished`: called after each stage, also for a skipped one.
  package func run(
    force: Bool, progress: @escaping ProgressHandler, finished: (Report) throws -> Void
  ) async throws {
    do {
      let locks = try lockFolders()
      defer { withExtendedLifetime(locks) {} }
      for stage in stages {
        let fingerprint = try stage.fingerprint(in: folder)
        if !force, stage.isUpToDate(fingerprint) {
          try finished(Report(stage: stage.name, output: stage.output, summary: nil))
          continue
        }
        let summary = try await stage.run(progress)
        try stage.remember(fingerprint)
        try finished(Report(stage: stage.name, output: stage.output, summary: summary))
      }
    } catch { throw StillwaterError(error) }
  }

  /// A line for each stage on what a run would do, in order.
  ///
  /// A stage whose inputs an earlier one would rewrite counts as not up to date.
  package func plan() -> [String] {
    var renewed: Set<String> = []
    return stages.map { stage in
      var isUpToDate = false
      if renewed.isDisjoint(with: stage.inputs), let known = try? stage.fingerprint(in: folder) {
        isUpToDate = stage.isUpToDate(known)
      }
      if !isUpToDate { renewed.insert(stage.output) }
      return "\(stage.name): \(stage.inputs.joined(separator: ", ")) -> \(stage.output)"
        + (isUpToDate ? " (up to date)" : "")
    }
  }

  /// The folder of the pipeline file with a final slash, which its relative paths are resolved against.
  private var folder: String { PipelineBuilder.folder(of: pipeline.path) }

  private var stages: [PipelineStep] {
    var steps: [PipelineStep] = []
    if let train = pipeline.train {
      steps.append(
        PipelineStep(
          name: "train", inputs: train.files, output: train.model,
          settings: train.identity
        ) { try await train.run(progress: $0) })
    }
    if let stage = pipeline.calibrate, let output = stage.output {
      steps.append(
        PipelineStep(
          name: "calibrate", inputs: stage.files + [stage.model], output: output,
          settings: stage.identity
        ) { try await stage.run(progress: $0) })
    }
    for stage in pipeline.scores {
      steps.append(
        PipelineStep(
          name: "score", inputs: stage.files + [stage.model] + [stage.quietTimes].compactMap { $0 },
          output: stage.output,
          events: stage.events, settings: stage.identity
        ) { try await stage.run(progress: $0) })
    }
    if let stage = pipeline.evaluate, let output = stage.output {
      steps.append(
        PipelineStep(
          name: "evaluate", inputs: stage.files, output: output, settings: stage.identity
        ) {
          try await stage.run(progress: $0)
        })
    }
    return steps
  }

  /// Locks each folder that receives an output; missing folders are created.
  ///
  /// Throws `busy` when another run holds a lock.
  private func lockFolders() throws -> [FolderLock] {
    var locked: Set<String> = []
    var locks: [FolderLock] = []
    for path in stages.flatMap({ [$0.output] + [$0.events].compactMap { $0 } }) {
      let folder = PipelineBuilder.folder(of: path)
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw StillwaterError(.cannotCreate, "\(folder): the folder cannot be made")
      }
      // A folder may have several names, and this process cannot lock it twice.
      let real = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
      guard locked.insert(real).inserted else { continue }
      locks.append(try FolderLock(folder: folder, command: "pipeline \(pipeline.path)"))
    }
    return locks
  }
}
