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

/// Whether a training takes up what an earlier one left.
package enum Resumption: Sendable {
  case never
  /// If it was the same training.
  case ifMatching
  /// As asked for: another training's checkpoint is an error, a missing one is none.
  case asked
}

/// Where a training keeps its checkpoints.
package struct CheckpointPlan: Sendable {
  package let path: String
  /// The files that are read, none of which is overwritten.
  package let inputs: [String]
  package let resumption: Resumption

  package init(path: String, inputs: [String], resumption: Resumption) {
    (self.path, self.inputs, self.resumption) = (path, inputs, resumption)
  }
}

/// The file that holds how far the networks of one training are, and that is gone once the model is
/// written.
///
/// It is a tensor file with parameters and optimizer of each network, bound to the training by a
/// fingerprint of data and settings.
final class CheckpointFile: TrainingCheckpoints {
  /// Steps from one checkpoint to the next.
  static let interval = 500

  private let plan: CheckpointPlan
  private let fingerprint: String
  /// Steps of earlier runs that this one need not take.
  let resumedSteps: Int
  /// Whether something else lies there, which is neither replaced nor removed.
  private let isForeign: Bool
  private let state: Mutex<(kept: [String: TrainingProgress], failure: String?)>

  /// Reads what is there, if that is wanted.
  init(_ plan: CheckpointPlan, fingerprint: String) throws {
    (self.plan, self.fingerprint) = (plan, fingerprint)
    isForeign = Self.isForeign(plan.path)
    let kept = try Self.read(plan, fingerprint)
    resumedSteps = kept.values.reduce(0) { $0 + $1.history.steps }
    state = Mutex((kept, nil))
  }

  /// Why the latest checkpoint could not be written.
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

  /// Writes a checkpoint; when the process is to end, it ends here.
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

  /// Takes the file away, once the model is written.
  func remove() {
    // One that stays is of no harm: nothing but the same training would take it up.
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
