import Foundation
import TestSupport

/// The files of a folder by name, without what differs from run to run.
typealias Snapshot = [String: Data]

/// A folder with small inputs, a model and scores, in which the binary is run and disturbed.
final class FaultyFolder {
  let path: String
  private let workdir: Workdir
  private let given: [String: Data]

  /// Makes the folder; the files of `old` stand there beside the inputs.
  init(old: [String: String] = [:]) throws {
    workdir = try Workdir()
    path = workdir.file("w")
    var files = Self.inputs
    for (name, data) in try Self.made.get() { files[name] = data }
    for (name, text) in old { files[name] = Data(text.utf8) }
    given = files
    try reset()
  }

  private init(inputs: [String: Data]) throws {
    workdir = try Workdir()
    (path, given) = (workdir.file("w"), inputs)
    try reset()
  }

  /// Puts the folder back to how it was at first.
  func reset() throws {
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, data) in given { try write(name, data) }
  }

  func write(_ name: String, _ data: Data) throws {
    try data.write(to: URL(fileURLWithPath: file(name)))
  }

  func file(_ name: String) -> String { path + "/" + name }

  /// What a run left, beside its files.
  struct Run {
    /// The exit code, or the negative number of the signal that ended it.
    var code: Int32
    var errors: String
    var calls: [FileCall]
  }

  /// Runs the binary, disturbed if so wanted; `during` is called with its number while it runs.
  func run(
    _ arguments: [String], _ disturbance: Disturbance? = nil, watched: Bool = false,
    launcher: [String] = [], during: (Int32) -> Void = { _ in }
  ) throws -> Run {
    let process = Process()
    let command = launcher + [Workdir.program] + arguments
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    let log = workdir.file("calls")
    try? FileManager.default.removeItem(atPath: log)
    var environment = Workdir.environment
    if let library = DisturbedCalls.library, watched || disturbance != nil {
      // The folder's own name is not counted, for the program's folder lies elsewhere.
      environment["LD_PRELOAD"] = library
      (environment["FAULT_FOLDER"], environment["FAULT_LOG"]) = (path, log)
      environment.merge(disturbance?.environment ?? [:]) { $1 }
    }
    process.environment = environment
    for name in ["output", "errors"] { try workdir.write(name, "") }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: workdir.file("output"))
    process.standardError = FileHandle(forWritingAtPath: workdir.file("errors"))
    try process.run()
    during(process.processIdentifier)
    process.waitUntilExit()
    let status = process.terminationStatus
    return Run(
      code: process.terminationReason == .exit ? status : -status,
      errors: try workdir.read("errors"), calls: Self.calls(in: log))
  }

  private static func calls(in log: String) -> [FileCall] {
    let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { line in
      let parts = line.split(separator: " ", maxSplits: 2)
      return FileCall(name: String(parts[1]), path: parts.count > 2 ? String(parts[2]) : "")
    }
  }

  /// All files below the folder.
  func snapshot() throws -> Snapshot {
    var files: Snapshot = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      guard let data = FileManager.default.contents(atPath: file(name)) else { continue }
      files[name] = lasting(data, of: name)
    }
    return files
  }

  /// Without timings and cuts, and without the hash of a summary that holds them.
  private func lasting(_ data: Data, of name: String) -> Data {
    guard name.hasSuffix(".summary.json") || name.hasSuffix(".stage.json"),
      var object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return data }
    (object["timings"], object["resumed_steps"]) = (nil, nil)
    if let outputs = object["outputs"] as? [[String: String]] {
      object["outputs"] = outputs.filter { $0["name"] != "summary" }
    }
    let text = try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    return text ?? data
  }
}

extension FaultyFolder {
  private static func table(_ rows: Int, from start: Int, label: Bool = false) -> Data {
    let lines = (start..<start + rows).map { row in
      let a = Double((row * 37) % 101) / 10 - 5
      let b = 2 * a + Double((row * 53) % 17) / 20
      let cells = row == start + 10 ? "4,-8,up" : "\(a),\(b),\(a > 0 ? "up" : "down")"
      return cells + (label ? (row == start + 10 ? ",1" : ",0") : "")
    }
    let header = "a,b,side" + (label ? ",label" : "")
    return Data(([header] + lines).joined(separator: "\n").utf8 + [0x0A])
  }

  private static let inputs: [String: Data] = [
    "base.csv": table(200, from: 0), "large.csv": table(1_200, from: 0),
    "fresh.csv": table(150, from: 2_000),
    "test.csv": table(40, from: 400, label: true),
    "damaged.csv": Data("a,b,side\n1,2,up\n1,x,up\n2,4,up\n".utf8),
    "p.yaml": Data(
      """
      version: 1
      model: out/m
      columns: {label: label}
      train: {files: base.csv, quality: fast}
      calibrate: {files: fresh.csv}
      score: {files: test.csv, output: out/s.csv}
      evaluate: {output: out/e.json}

      """.utf8),
  ]

  /// A model and scores, made once.
  private static let made = Result {
    let folder = try FaultyFolder(inputs: inputs)
    for arguments in [
      ["train", "base.csv", "--model", "m", "--quality", "fast"],
      ["score", "test.csv", "--model", "m", "--output", "judged.csv"],
    ] {
      let run = try folder.run(arguments)
      guard run.code == 0 else { throw FolderFault(errors: run.errors) }
    }
    return try folder.snapshot().filter { ["m", "judged.csv"].contains($0.key) }
  }

  private struct FolderFault: Error { let errors: String }
}
