import Files
import Ingestion
import Reporting
import Stages
import Stillwater

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One stage with what it depends on and what it leaves.
struct PipelineStep {
  let name: String
  let inputs: [String]
  let output: String
  /// Where the events go, for a stage that writes them.
  var events: String?
  let settings: [String: String]
  let run: @Sendable (@escaping ProgressHandler) async throws -> RunSummary

  private var recordPath: String { output + StageRecord.ending }

  /// The files that the stage writes, by the names they have in its record.
  private var products: [(name: String, path: String, isNeeded: Bool)] {
    var products = [
      (name: "output", path: output, isNeeded: true),
      (name: "rejects", path: output + ".rejects.csv", isNeeded: false),
      (name: "summary", path: output + ".summary.json", isNeeded: true),
    ]
    if let events { products.append((name: "events", path: events, isNeeded: true)) }
    return products
  }

  /// The hash of the program's version, the settings and the contents of all inputs.
  ///
  /// Names below `folder` (with its slash) count from there, so that it does not matter where the
  /// program is called.
  func fingerprint(in folder: String) throws -> String {
    func name(_ path: String) -> String {
      path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
    }
    var settings = settings
    settings["output"] = name(output)
    settings["events"] = events.map { "=" + name($0) } ?? "none"
    let inputs = try inputs.map {
      StageRecord.File(name: name($0), sha256: try digest(ofFile: $0))
    }
    return StageIdentity(
      version: stillwaterVersion, stage: self.name, settings: settings, inputs: inputs
    ).fingerprint
  }

  /// Whether the outputs are what a run with this fingerprint made.
  func isUpToDate(_ fingerprint: String) -> Bool {
    guard let record = StageRecord.read(recordPath) else { return false }
    let products = products
    return record.isUpToDate(
      stage: name, fingerprint: fingerprint, needed: products.filter(\.isNeeded).map(\.name)
    ) { name in
      products.first { $0.name == name }.flatMap { try? digest(ofFile: $0.path) }
    }
  }

  /// Keeps what was made, rejected rows included.
  func remember(_ fingerprint: String) throws {
    let made = products.filter { $0.isNeeded || FileManager.default.fileExists(atPath: $0.path) }
    let outputs = try made.map {
      StageRecord.File(name: $0.name, sha256: try digest(ofFile: $0.path))
    }
    try StageRecord(stage: name, fingerprint: fingerprint, outputs: outputs).write(to: recordPath)
  }
}

/// The SHA-256 of a file as it is stored.
func digest(ofFile path: String) throws -> String {
  let file = try InputFile(path: path)
  var block: [UInt8] = []
  while try file.read(upTo: 1 << 20, into: &block) > 0 { block.removeAll(keepingCapacity: true) }
  return file.digest
}
