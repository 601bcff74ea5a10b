#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a path leads to once symbolic links are followed.
enum PathKind {
  case nothing, file, directory
}

/// Classifies `path` by `stat(2)`; pipes and devices count as files, failures as nothing.
func pathKind(_ path: String) -> PathKind {
  var status = stat()
  guard unsafe stat(path, &status) == 0 else { return .nothing }
  return status.st_mode & S_IFMT == S_IFDIR ? .directory : .file
}

/// The names in a directory except `.` and `..`, sorted by UTF-8 bytes.
///
/// Throws `unreadable` for a name that is not UTF-8: it could be neither reported nor opened again.
func directoryEntries(_ path: String) throws(FileError) -> [String] {
  guard let directory = unsafe opendir(path) else {
    throw .unreadable(path: path, reason: systemReason(errno))
  }
  defer { unsafe closedir(directory) }
  var names: [String] = []
  errno = 0  // readdir returns NULL both at the end and on failure
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

/// Whether one path component matches a shell pattern of `*`, `?` and `[a-z]` (POSIX `fnmatch`).
///
/// Backslashes are ordinary characters, and a leading period needs one in the pattern. The process
/// keeps the C locale, so characters are bytes. Backtracking is limited to the last `*`: the time is
/// at most quadratic for any pattern.
func matchesPattern(_ name: String, _ pattern: String) -> Bool {
  unsafe fnmatch(pattern, name, FNM_NOESCAPE | FNM_PERIOD) == 0
}
