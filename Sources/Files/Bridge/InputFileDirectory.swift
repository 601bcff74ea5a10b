#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a path leads to, links followed.
enum PathKind {
  case nothing, file, directory
}

/// Looks up what is at `path`; anything that is no directory counts as a file.
func pathKind(_ path: String) -> PathKind {
  var status = stat()
  guard unsafe stat(path, &status) == 0 else { return .nothing }
  return status.st_mode & S_IFMT == S_IFDIR ? .directory : .file
}

/// The names in a directory but `.` and `..`, sorted by bytes; names that are not UTF-8 are refused.
func directoryEntries(_ path: String) throws(FileError) -> [String] {
  guard let directory = unsafe opendir(path) else {
    throw .unreadable(path: path, reason: systemReason(errno))
  }
  defer { unsafe closedir(directory) }
  var names: [String] = []
  errno = 0  // the only way to tell a failure from the end
  while let entry = unsafe readdir(directory) {
    let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe $0.prefix { $0 != 0 } }
    guard let name = unsafe String(validating: bytes, as: UTF8.self) else {
      throw .unreadable(path: path, reason: "it holds a file whose name is not UTF-8")
    }
    if name != "." && name != ".." { names.append(name) }
    errno = 0
  }
  guard errno == 0 else { throw .readFailed(path: path, reason: systemReason(errno)) }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}
