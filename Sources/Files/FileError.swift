/// Why an input could not be found, opened, read or decompressed.
///
/// `path` is spelled as the user gave it, `reason` is the system's or the library's explanation in
/// lower case. Messages pass every path through `printable(_:)`.
package enum FileError: Error, Equatable {
  /// Nothing exists at the path (`ENOENT`).
  case missing(path: String)
  /// A directory stands where a file is needed.
  case isDirectory(path: String)
  /// The file exists but cannot be opened or does not hold what its use requires.
  case unreadable(path: String, reason: String)
  /// Reading failed after the file had been opened.
  case readFailed(path: String, reason: String)
  /// Compressed data that ends before its last frame or member does.
  case truncated(path: String, format: String)
  /// Compressed data that violates its format or fails its checksum.
  case corrupted(path: String, format: String, reason: String)
  /// A pattern, directory or list that names no file.
  case noMatch(path: String, reason: String)
}

extension FileError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let path): "\(printable(path)): no such file"
    case .isDirectory(let path): "\(printable(path)): is a directory, expected a file"
    case .unreadable(let path, let reason): "\(printable(path)): cannot be read: \(reason)"
    case .readFailed(let path, let reason): "\(printable(path)): reading failed: \(reason)"
    case .truncated(let path, let format): "\(printable(path)): the \(format) data is cut short"
    case .corrupted(let path, let format, let reason):
      "\(printable(path)): the \(format) data is damaged: \(reason)"
    case .noMatch(let path, let reason): "\(printable(path)): \(reason)"
    }
  }
}
