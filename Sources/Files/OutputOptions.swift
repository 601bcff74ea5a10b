/// What is done with a file that stands under the name of an output.
package enum ExistingOutput: Sendable {
  case replace, refuse
}

/// A path taken apart at its last slash.
struct PathParts {
  /// The folder, `.` when the path names none.
  let folder: String
  let name: String

  init(_ path: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else {
      (folder, name) = (".", path)
      return
    }
    folder = slash == path.startIndex ? "/" : String(path[..<slash])
    name = String(path[path.utf8.index(after: slash)...])
  }

  /// The path of another file in the same folder.
  func sibling(_ name: String) -> String { folder == "/" ? "/\(name)" : "\(folder)/\(name)" }
}

/// The name of a temporary file: it tells whose it is, so that those of dead runs can be removed.
struct TemporaryName {
  let prefix: String

  /// The longest name that leaves room for the rest of a temporary's name within 255 bytes.
  private static let longestName = 220

  /// The temporary names of the output called `name`; a very long name is shortened to its digest.
  init(of name: String) {
    let short = name.utf8.count > Self.longestName ? sha256(of: Array(name.utf8)) : name
    prefix = ".\(short).stillwater-"
  }

  func text(process: Int32) -> String { "\(prefix)\(process).tmp" }

  /// The process that a file's name tells of, nil when it is no temporary of this output.
  func process(in name: String) -> Int32? {
    let suffix = ".tmp"
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    let digits = name.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int32(String(digits) ?? "")
  }
}
