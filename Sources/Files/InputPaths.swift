/// Resolves the inputs a user names (files, directories, patterns, lists) to paths in a fixed order.
package enum InputPaths {
  /// Suffixes of the files that a directory contributes; other files in it are skipped.
  package static let endings = [".csv", ".csv.gz", ".csv.zst"]

  /// Expands directories and patterns; other paths and `-` pass unchanged, in the given order.
  ///
  /// A directory contributes its files with one of `endings`, a pattern (`*`, `?`, `[a-z]`, none of
  /// which crosses a slash) the files it matches, both sorted by UTF-8 bytes whatever the locale. An
  /// existing file whose name contains such a character is that file. Throws `noMatch` for an empty
  /// directory, a pattern without matches, or a second `-`.
  package static func expand(_ arguments: [String]) throws(FileError) -> [String] {
    var paths: [String] = []
    for argument in arguments { paths += try expand(argument) }
    if paths.filter({ $0 == "-" }).count > 1 {
      throw .noMatch(path: "-", reason: "standard input can be read only once")
    }
    return paths
  }

  /// The paths that a list file names, one per line; blank lines are skipped, nothing is expanded.
  ///
  /// Throws `unreadable` when the list is not UTF-8.
  package static func list(from path: String) throws(FileError) -> [String] {
    let file = try InputFile(path: path)
    var bytes: [UInt8] = []
    while try file.read(upTo: 1 << 16, into: &bytes) > 0 {}
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .unreadable(path: path, reason: "the list is not UTF-8")
    }
    let lines = text.split { $0.isNewline }.filter { !$0.allSatisfy { $0 == " " || $0 == "\t" } }
    return lines.map(String.init)
  }

  private static func expand(_ argument: String) throws(FileError) -> [String] {
    guard argument != "-" else { return [argument] }
    switch pathKind(argument) {
    case .file: return [argument]
    case .directory: return try files(in: argument)
    case .nothing: break
    }
    guard argument.utf8.contains(where: { "*?[".utf8.contains($0) }) else { return [argument] }
    let found = try matches(of: argument)
    guard !found.isEmpty else { throw .noMatch(path: argument, reason: "no file matches") }
    return found
  }

  private static func files(in directory: String) throws(FileError) -> [String] {
    let names = try directoryEntries(directory).filter { name in
      endings.contains { name.utf8.count > $0.utf8.count && name.hasSuffix($0) }
    }
    let paths = names.map { join(directory, $0) }.filter { pathKind($0) == .file }
    guard !paths.isEmpty else {
      let expected = endings.joined(separator: ", ")
      throw .noMatch(path: directory, reason: "the directory holds no \(expected) file")
    }
    return paths
  }

  /// The files that match a pattern, found one path component at a time.
  private static func matches(of pattern: String) throws(FileError) -> [String] {
    var folders = [pattern.hasPrefix("/") ? "/" : ""]
    for part in pattern.split(separator: "/").map(String.init) {
      var next: [String] = []
      for folder in folders { next += try matches(of: part, in: folder) }
      folders = next
    }
    return folders.filter { pathKind($0) == .file }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func matches(of part: String, in folder: String) throws(FileError) -> [String] {
    guard part.utf8.contains(where: { "*?[".utf8.contains($0) }) else {
      let path = join(folder, part)
      return pathKind(path) == .nothing ? [] : [path]
    }
    guard folder.isEmpty || pathKind(folder) == .directory else { return [] }
    return try directoryEntries(folder.isEmpty ? "." : folder)
      .filter { matchesPattern($0, part) }.map { join(folder, $0) }
  }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}
