/// Why a file could not be opened, read or written; the path is named as the user gave it.
package enum FileError: Error, Equatable {
  case missing(path: String)
  case isDirectory(path: String)
  case unreadable(path: String, reason: String)
  /// A file that was open failed while it was read.
  case readFailed(path: String, reason: String)
  /// A compressed file that ends before its last frame does.
  case truncated(path: String, format: String)
  /// A compressed file whose contents do not fit its format or checksum.
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
