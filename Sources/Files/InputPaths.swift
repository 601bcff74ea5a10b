/// Turns what a user names as input into paths of files, in a fixed order.
package enum InputPaths {
  /// The endings of the files that a directory contributes.
  package static let endings = [".csv", ".csv.gz", ".csv.zst"]

  /// Expands directories and patterns; other paths and `-` pass as they are, in the given order.
  ///
  /// A directory gives its files with one of `endings`, sorted by bytes; a pattern (`*`, `?`,
  /// `[a-z]`, within one folder each) the files that match it, sorted by bytes. A file whose name
  /// holds such a sign itself is taken for that file. `-` may stand only once.
  package static func expand(_ arguments: [String]) throws(FileError) -> [String] {
    var paths: [String] = []
    for argument in arguments { paths += try expand(argument) }
    if paths.filter({ $0 == "-" }).count > 1 {
      throw .noMatch(path: "-", reason: "standard input can be read only once")
    }
    return paths
  }

  /// The paths that a list file names, one on each line; blank lines are skipped.
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

  /// The files that match a pattern, found folder by folder.
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
    let pattern = Array(part.utf8)
    return try directoryEntries(folder.isEmpty ? "." : folder)
      .filter { ($0.utf8.first != UInt8(ascii: ".")) || pattern.first == UInt8(ascii: ".") }
      .filter { Glob.matches(Array($0.utf8)[...], pattern[...]) }
      .map { join(folder, $0) }
  }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}

/// Matches a name against a pattern of `*`, `?` and `[a-z]`, byte by byte.
enum Glob {
  /// Whether the whole name fits the whole pattern; linear but for one step back to the last star.
  static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    var (name, pattern) = (name, pattern)
    var retry: (name: ArraySlice<UInt8>, pattern: ArraySlice<UInt8>)?
    while !name.isEmpty || !pattern.isEmpty {
      if pattern.first == UInt8(ascii: "*") {
        retry = (name, pattern)
        pattern = pattern.dropFirst()
      } else if let byte = name.first, let rest = afterOne(pattern, matching: byte) {
        (name, pattern) = (name.dropFirst(), rest)
      } else if let last = retry, !last.name.isEmpty {
        (name, pattern) = (last.name.dropFirst(), last.pattern)
      } else {
        return false
      }
    }
    return true
  }

  /// What is left of the pattern when its first sign accepts `byte`.
  private static func afterOne(
    _ pattern: ArraySlice<UInt8>, matching byte: UInt8
  ) -> ArraySlice<UInt8>? {
    guard let sign = pattern.first else { return nil }
    if sign == UInt8(ascii: "["), let end = pattern.dropFirst(2).firstIndex(of: UInt8(ascii: "]")) {
      return accepts(pattern[(pattern.startIndex + 1)..<end], byte) ? pattern[(end + 1)...] : nil
    }
    return sign == UInt8(ascii: "?") || sign == byte ? pattern.dropFirst() : nil
  }

  /// Whether a set such as `a-z_` or `!0-9` holds `byte`.
  private static func accepts(_ set: ArraySlice<UInt8>, _ byte: UInt8) -> Bool {
    let isNegated = set.first == UInt8(ascii: "!") || set.first == UInt8(ascii: "^")
    var rest = isNegated ? set.dropFirst() : set
    var found = false
    while let low = rest.popFirst() {
      if rest.count >= 2 && rest.first == UInt8(ascii: "-") {
        let high = rest[rest.startIndex + 1]
        found = found || (low <= byte && byte <= high)
        rest = rest.dropFirst(2)
      } else {
        found = found || low == byte
      }
    }
    return found != isNegated
  }
}
