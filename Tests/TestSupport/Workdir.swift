import Compute
import Foundation

/// A scratch folder in which the real binary is run; removed with its owner.
package final class Workdir {
  package let path: String

  package init() throws {
    path = NSTemporaryDirectory() + "stillwater-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// What a run of the binary left behind.
  package struct Outcome: Sendable {
    package let code: Int32
    package let output, errors: String
  }

  /// The full path of a name in the folder.
  package func file(_ name: String) -> String { path + "/" + name }

  @discardableResult
  package func write(_ name: String, _ text: String) throws -> String {
    try text.write(toFile: file(name), atomically: false, encoding: .utf8)
    return file(name)
  }

  package func read(_ name: String) throws -> String {
    try String(contentsOfFile: file(name), encoding: .utf8)
  }

  package func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// Runs `stillwater` in the folder; the binary lies beside the bundle of the tests.
  package func run(_ arguments: String..., input: String = "") throws -> Outcome {
    try run(arguments, input: input)
  }

  package func run(_ arguments: [String], input: String = "") throws -> Outcome {
    try run(arguments, input: Array(input.utf8))
  }

  /// Runs `stillwater` with these bytes on standard input; `environment` is added to that of the tests.
  package func run(
    _ arguments: [String], input: [UInt8], environment: [String: String] = [:]
  ) throws -> Outcome {
    try run(arguments, input, Self.environment.merging(environment) { $1 })
  }

  /// Runs `stillwater` with nothing set for OpenBLAS but by `environment`.
  package func runBare(_ arguments: [String], _ environment: [String: String]) throws -> Outcome {
    let own = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("OPENBLAS_") }
    return try run(arguments, [], own.merging(environment) { $1 })
  }

  private func run(
    _ arguments: [String], _ input: [UInt8], _ environment: [String: String]
  ) throws -> Outcome {
    let process = Process()
    process.environment = environment
    process.executableURL = Self.binary
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    // Files, not pipes: nobody need read while the process writes.
    for name in ["stdin", "stdout", "stderr"] {
      try Data(name == "stdin" ? input : []).write(to: URL(fileURLWithPath: file(name)))
    }
    process.standardInput = FileHandle(forReadingAtPath: file("stdin"))
    process.standardOutput = FileHandle(forWritingAtPath: file("stdout"))
    process.standardError = FileHandle(forWritingAtPath: file("stderr"))
    try process.run()
    process.waitUntilExit()
    // A trap ends by a signal, which must not be mistaken for an exit code.
    let code =
      process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return Outcome(code: code, output: try read("stdout"), errors: try read("stderr"))
  }

  /// What the program is started with: the environment of the tests, the kernels that it would start
  /// itself anew for, and no threads for products, for it does those of its own.
  package static let environment: [String: String] = {
    var environment = ProcessInfo.processInfo.environment
    if let kernels = missingProductKernels() { environment["OPENBLAS_CORETYPE"] = kernels }
    environment["OPENBLAS_NUM_THREADS"] = "1"
    return environment
  }()

  /// The path of the real program.
  package static var program: String { binary.path }

  private static var binary: URL {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return bundle.appendingPathComponent("stillwater")
  }
}

extension Workdir {
  /// Makes the folder that a file of this name lies in.
  package func makeFolder(of name: String) throws {
    let folder = URL(fileURLWithPath: file(name)).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  @discardableResult
  package func writeBytes(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }
}
