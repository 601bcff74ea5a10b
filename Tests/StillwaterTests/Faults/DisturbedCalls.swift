import Foundation

/// The library that disturbs system calls (`Fixtures/faults/faults.c`), compiled once.
enum DisturbedCalls {
  /// Where the library lies; nil when there is no compiler to make it with, or no such loader.
  static let library = compiled("faults.c")

  /// A library to be loaded before all others.
  static func compiled(_ name: String) -> String? {
    #if os(Linux)
      let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      let source = tests.appendingPathComponent("Fixtures/faults/" + name).path
      let library = NSTemporaryDirectory() + "stillwater-\(name)-\(UUID().uuidString).so"
      for compiler in ["cc", "clang", "gcc"] where compile(with: compiler, source, library) {
        return library
      }
    #endif
    return nil
  }

  private static func compile(with compiler: String, _ source: String, _ library: String) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]
    (process.standardOutput, process.standardError) = (nil, nil)
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

/// What happens to which call.
struct Disturbance: CustomStringConvertible {
  /// The number of the call, from 1.
  var call: Int
  /// An `errno` by name, `short`, `torn` or a signal by name.
  var action: String
  /// Whether the disk stays full from then on.
  var lasts = false

  var description: String { "call \(call) \(action)\(lasts ? " for good" : "")" }

  var environment: [String: String] {
    ["FAULT_AT": "\(call)", "FAULT_ACTION": action].merging(lasts ? ["FAULT_LASTS": "1"] : [:]) {
      $1
    }
  }
}

/// A system call on a file of the folder.
struct FileCall {
  let name: String
  let path: String

  /// What can go wrong with it.
  var disturbances: [String] {
    switch name {
    case "open": ["EIO", "EINTR", "EMFILE", "EACCES"]
    case "create": ["ENOSPC", "EIO", "EINTR", "EACCES", "EROFS", "EDQUOT"]
    case "read": ["EIO", "EINTR", "short"]
    case "write": ["ENOSPC", "EIO", "EINTR", "short"]
    case "fsync", "close": ["EIO", "ENOSPC", "EINTR"]
    case "rename", "link", "mkdir": ["EIO", "ENOSPC", "EACCES", "EROFS"]
    case "ftruncate", "flock": ["EIO", "EINTR"]
    default: ["EIO"]
    }
  }

  /// Whether it changes what a reader of the folder sees or finds after a crash.
  var changesFiles: Bool {
    ["create", "write", "fsync", "rename", "link", "unlink", "ftruncate", "mkdir"].contains(name)
  }
}
