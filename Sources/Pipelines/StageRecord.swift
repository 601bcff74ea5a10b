import Files
import Reporting
import Stillwater

/// Everything that determines the outputs of a stage: program version, settings, contents of the inputs.
///
/// Timestamps, owners and the working directory do not matter.
package struct StageIdentity: Equatable, Sendable {
  package var version: String
  package var stage: String
  /// The settings by name.
  package var settings: [String: String]
  /// The inputs, in reading order.
  package var inputs: [StageRecord.File]

  package init(
    version: String, stage: String, settings: [String: String], inputs: [StageRecord.File]
  ) {
    (self.version, self.stage) = (version, stage)
    (self.settings, self.inputs) = (settings, inputs)
  }

  /// The SHA-256 of everything; texts are prefixed with their lengths, so that the encoding is injective.
  package var fingerprint: String {
    var bytes: [UInt8] = []
    func add(_ text: String) { bytes += Array("\(text.utf8.count):".utf8) + Array(text.utf8) }
    for text in ["stage-1", version, stage, "\(settings.count)"] { add(text) }
    let names = settings.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for name in names {
      add(name)
      add(settings[name] ?? "")
    }
    for input in inputs {
      add(input.name)
      add(input.sha256)
    }
    return sha256(of: bytes)
  }
}

/// The record stored beside an output, by which the next run sees that the stage is up to date.
package struct StageRecord: Codable, Equatable, Sendable {
  /// A file and its digest: an input by its path, an output by its role (`output`, `summary`, ...).
  package struct File: Codable, Equatable, Sendable {
    package var name: String
    package var sha256: String

    package init(name: String, sha256: String) { (self.name, self.sha256) = (name, sha256) }
  }

  package var stage: String
  package var fingerprint: String
  /// All files that the stage has written, sorted by name.
  package var outputs: [File]

  /// The suffix of the record's path, behind that of the output.
  package static let ending = ".stage.json"
  /// Longer records are regarded as damaged.
  private static let longest = 1 << 20

  package init(stage: String, fingerprint: String, outputs: [File]) {
    (self.stage, self.fingerprint) = (stage, fingerprint)
    self.outputs = outputs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Whether running the stage again would reproduce the existing outputs.
  ///
  /// * `needed`: the names of the outputs that must exist.
  /// * `digest`: the current SHA-256 of an output by name; nil when it is gone or unreadable.
  package func isUpToDate(
    stage: String, fingerprint: String, needed: [String], digest: (String) -> String?
  ) -> Bool {
    self.stage == stage && self.fingerprint == fingerprint
      && needed.allSatisfy { name in outputs.contains { $0.name == name } }
      && outputs.allSatisfy { digest($0.name) == $0.sha256 }
  }

  /// Reads the record at `path`; nil when there is none or it is damaged.
  package static func read(_ path: String) -> StageRecord? {
    guard let bytes = try? readWhole(path, limit: longest) else { return nil }
    return try? SnakeCaseJSON.decode(StageRecord.self, from: bytes)
  }

  /// Writes the record to `path` atomically.
  package func write(to path: String) throws {
    let file = try OutputFile(path: path)
    try file.append(SnakeCaseJSON.encode(self, indented: true))
    try file.commit()
  }
}
