/// What happens to a file that already has the name of an output.
package enum ExistingOutput: Sendable {
  /// It is replaced atomically when the output is committed.
  case replace
  /// It stays and the output is refused, checked both at the start and at the commit.
  case refuse
}

/// A path split at its last slash.
struct PathParts {
  /// The folder without its final slash; `.` when the path names none, `/` for the root.
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

/// The naming scheme of an output's temporary files, `.NAME.stillwater-PID.tmp`.
///
/// The process number in it lets a later run recognise and remove what a killed one left behind.
struct TemporaryName {
  let prefix: String

  /// The longest name, in bytes, that keeps a temporary's name within the 255 of most file systems.
  private static let longestName = 220

  /// The scheme for the output called `name`, which is replaced by its digest if it is too long.
  init(of name: String) {
    let short = name.utf8.count > Self.longestName ? sha256(of: Array(name.utf8)) : name
    prefix = ".\(short).stillwater-"
  }

  func text(process: Int32) -> String { "\(prefix)\(process).tmp" }

  /// The process number in a file's name; nil when the file is not a temporary of this output.
  func process(in name: String) -> Int32? {
    let suffix = ".tmp"
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    let digits = name.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int32(String(digits) ?? "")
  }
}
