import Diffusion
import Files
import ModelFile
import ModelParts
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Whether a training continues from a checkpoint.
package enum Resumption: Sendable {
  case never
  /// Continues if the checkpoint belongs to the same training, else starts anew.
  case ifMatching
  /// Continues on request: another training's checkpoint is an error, a missing one is not.
  case asked
}

/// Where and whether a training uses checkpoints.
package struct CheckpointPlan: Sendable {
  package let path: String
  /// The input files, none of which may be overwritten.
  package let inputs: [String]
  package let resumption: Resumption

  package init(path: String, inputs: [String], resumption: Resumption) {
    (self.path, self.inputs, self.resumption) = (path, inputs, resumption)
  }
}

/// The checkpoint of one training: the progress of its networks, removed once the model is written.
///
/// A tensor file with parameters and optimizer state of each network, tied to the training by a
/// fingerprint of program version, settings and data. Written every 500 steps and on a signal.
final class CheckpointFile: TrainingCheckpoints {
  /// Steps between checkpoints.
  static let interval = 500

  private let plan: CheckpointPlan
  private let fingerprint: String
  /// The number of steps taken over from earlier runs.
  let resumedSteps: Int
  /// Whether the path holds a file of another kind, which is neither replaced nor removed.
  private let isForeign: Bool
  private let state: Mutex<(kept: [String: TrainingProgress], failure: String?)>

  /// Reads an existing checkpoint if the plan wants it.
  ///
  /// Throws `StillwaterError` when resuming was requested and the checkpoint is unusable.
  init(_ plan: CheckpointPlan, fingerprint: String) throws {
    (self.plan, self.fingerprint) = (plan, fingerprint)
    isForeign = Self.isForeign(plan.path)
    let kept = try Self.read(plan, fingerprint)
    resumedSteps = kept.values.reduce(0) { $0 + $1.history.steps }
    state = Mutex((kept, nil))
  }

  /// Why the latest checkpoint could not be written; nil if it was.
  var failure: String? { state.withLock { $0.failure } }

  func begin(_ network: String) -> TrainingProgress? {
    Interruption.defer()
    return state.withLock { $0.kept[network] }
  }

  func isDue(afterStep step: Int) -> Bool {
    step % Self.interval == 0 || Interruption.code != nil
  }

  func keep(_ progress: TrainingProgress, of network: String) {
    save(progress, of: network, thenExit: Interruption.code)
  }

  func end(_ progress: TrainingProgress, of network: String) {
    if let code = Interruption.undefer() {
      save(progress, of: network, thenExit: code)
    } else {
      state.withLock { $0.kept[network] = progress }
    }
  }

  /// Writes a checkpoint, then ends the process if a signal has requested that.
  private func save(_ progress: TrainingProgress, of network: String, thenExit code: Int32?) {
    state.withLock { state in
      state.kept[network] = progress
      do {
        try write(state.kept)
        state.failure = nil
      } catch { state.failure = "no checkpoint was written: \(StillwaterError(error))" }
    }
    if let code { Temporaries.endProcess(code: code) }
  }

  /// Removes the file, once the model is written.
  func remove() {
    // A file that cannot be removed is harmless: only the same training would resume from it.
    if !isForeign { try? OutputFile.remove(plan.path) }
  }

  private static func isForeign(_ path: String) -> Bool {
    let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    guard kind == .typeRegular, let input = try? InputFile(path: path),
      let start = try? input.peek(1 << 14)
    else { return false }
    return !String(decoding: start, as: UTF8.self).contains(format)
  }

  private func write(_ kept: [String: TrainingProgress]) throws {
    guard !isForeign else {
      throw StillwaterError(
        .cannotCreate, "\(plan.path): the file is no checkpoint, so it is left as it is")
    }
    var file = TensorFile()
    file.metadata["format"] = Self.format
    file.metadata["fingerprint"] = fingerprint
    file.set("networks", kept.keys.sorted())
    for (network, progress) in kept { progress.store(network, in: &file) }
    let output = try OutputFile(path: plan.path, inputs: plan.inputs)
    try output.append(try file.encoded())
    try output.commit()
  }

  private static let format = "stillwater checkpoint"

  private static func read(_ plan: CheckpointPlan, _ fingerprint: String) throws
    -> [String: TrainingProgress]
  {
    guard plan.resumption != .never else { return [:] }
    do {
      guard let bytes = try readIfThere(plan.path) else { return [:] }
      return try decode(bytes, fingerprint)
    } catch let error as ModelFileError {
      guard plan.resumption == .asked else { return [:] }
      throw StillwaterError(
        .badData,
        "\(plan.path): not a sound checkpoint of this training (\(reason(error))); "
          + "leave out --resume to begin anew"
      )
    }
  }

  private static func reason(_ error: ModelFileError) -> String {
    if case .content("fingerprint", let reason) = error { return reason }
    return "the file is damaged or something else"
  }

  private static func decode(_ bytes: [UInt8], _ fingerprint: String) throws -> [String:
    TrainingProgress]
  {
    let file = try TensorFile(decoding: bytes)
    guard file.metadata["format"] == format, file.metadata["fingerprint"] == fingerprint else {
      throw ModelFileError.content(key: "fingerprint", reason: "data or settings are others")
    }
    var kept: [String: TrainingProgress] = [:]
    for network in try file.decode("networks", as: [String].self) {
      kept[network] = try TrainingProgress(network, from: file)
    }
    return kept
  }

  private static func readIfThere(_ path: String) throws -> [UInt8]? {
    do { return try readWhole(path, limit: 4 << 30) } catch FileError.missing { return nil }
  }
}
