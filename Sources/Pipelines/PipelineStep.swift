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

/// One stage as a node of the build graph: its dependencies, its products and how to run it.
struct PipelineStep {
  let name: String
  /// The files it reads, the model included.
  let inputs: [String]
  let output: String
  /// The path of the events; nil for a stage that writes none.
  var events: String?
  /// The options that determine the result, by name.
  let settings: [String: String]
  let run: @Sendable (@escaping ProgressHandler) async throws -> RunSummary

  private var recordPath: String { output + StageRecord.ending }

  /// The files that the stage writes, by their names in its record.
  private var products: [(name: String, path: String, isNeeded: Bool)] {
    var products = [
      (name: "output", path: output, isNeeded: true),
      (name: "rejects", path: output + ".rejects.csv", isNeeded: false),
      (name: "summary", path: output + ".summary.json", isNeeded: true),
    ]
    if let events { products.append((name: "events", path: events, isNeeded: true)) }
    return products
  }

  /// A digest of program version, settings and the contents of all inputs.
  ///
  /// Paths below `folder` (with a final slash) are taken relative to it, so the working directory does
  /// not matter. Reads every input.
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

  /// Whether the outputs, all of which are read, are unchanged since a run with this fingerprint.
  func isUpToDate(_ fingerprint: String) -> Bool {
    guard let record = StageRecord.read(recordPath) else { return false }
    let products = products
    return record.isUpToDate(
      stage: name, fingerprint: fingerprint, needed: products.filter(\.isNeeded).map(\.name)
    ) { name in
      products.first { $0.name == name }.flatMap { try? digest(ofFile: $0.path) }
    }
  }

  /// Records fingerprint and outputs, rejected rows included, beside the output.
  func remember(_ fingerprint: String) throws {
    let made = products.filter { $0.isNeeded || FileManager.default.fileExists(atPath: $0.path) }
    let outputs = try made.map {
      StageRecord.File(name: $0.name, sha256: try digest(ofFile: $0.path))
    }
    try StageRecord(stage: name, fingerprint: fingerprint, outputs: outputs).write(to: recordPath)
  }
}

/// The SHA-256 of a file as stored.
func digest(ofFile path: String) throws -> String {
  let file = try InputFile(path: path)
  var block: [UInt8] = []
  while try file.read(upTo: 1 << 20, into: &block) > 0 { block.removeAll(keepingCapacity: true) }
  return file.digest
}
