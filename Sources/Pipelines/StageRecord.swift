import Files
import Reporting
import Stillwater

/// All that decides what a stage makes: program, settings and the contents of its inputs.
///
/// Times, owners and the working directory are no part of it.
package struct StageIdentity: Equatable, Sendable {
  package var version: String
  package var stage: String
  /// The settings by name, in any order.
  package var settings: [String: String]
  /// The inputs in the order in which they are read.
  package var inputs: [StageRecord.File]

  package init(
    version: String, stage: String, settings: [String: String], inputs: [StageRecord.File]
  ) {
    (self.version, self.stage) = (version, stage)
    (self.settings, self.inputs) = (settings, inputs)
  }

  /// The SHA-256 over everything; each text goes in with its length, so that none runs into another.
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

/// What is kept beside an output, to know at the next run that nothing has to be done.
package struct StageRecord: Codable, Equatable, Sendable {
  /// What holds something: an input by its path, an output by its part (`output`, `summary`, ...).
  package struct File: Codable, Equatable, Sendable {
    package var name: String
    package var sha256: String

    package init(name: String, sha256: String) { (self.name, self.sha256) = (name, sha256) }
  }

  package var stage: String
  package var fingerprint: String
  /// All files that the stage has written, in the order of their names.
  package var outputs: [File]

  /// The ending that is put behind the name of the stage's output.
  package static let ending = ".stage.json"
  /// Records longer than this are taken for damaged.
  private static let longest = 1 << 20

  package init(stage: String, fingerprint: String, outputs: [File]) {
    (self.stage, self.fingerprint) = (stage, fingerprint)
    self.outputs = outputs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Whether the stage would make again what is there: by contents alone, never by time.
  ///
  /// `needed` names the outputs without which the stage is not done; `digest` gives the SHA-256 of
  /// one by its name, nil when it is gone or cannot be read.
  package func isUpToDate(
    stage: String, fingerprint: String, needed: [String], digest: (String) -> String?
  ) -> Bool {
    self.stage == stage && self.fingerprint == fingerprint
      && needed.allSatisfy { name in outputs.contains { $0.name == name } }
      && outputs.allSatisfy { digest($0.name) == $0.sha256 }
  }

  /// The record kept at `path`; nil when there is none, or none that can be understood.
  package static func read(_ path: String) -> StageRecord? {
    guard let bytes = try? readWhole(path, limit: longest) else { return nil }
    return try? SnakeCaseJSON.decode(StageRecord.self, from: bytes)
  }

  /// Keeps the record at `path`, with sorted keys.
  package func write(to path: String) throws {
    let file = try OutputFile(path: path)
    try file.append(SnakeCaseJSON.encode(self, indented: true))
    try file.commit()
  }
}
