/// Why an output could not be created, written or finished.
///
/// `path` is spelled as the user gave it, `reason` is the system's explanation in lower case.
package enum OutputError: Error, Equatable {
  /// The temporary file, pipe or device cannot be opened for writing.
  case cannotCreate(path: String, reason: String)
  /// The output exists already and may not be replaced.
  case exists(path: String)
  /// The output is one of the inputs, possibly through a link or under another name.
  case isInput(path: String)
  /// Writing, synchronising or renaming failed; the previous file is still in place.
  case writeFailed(path: String, reason: String)
  /// The reader of standard output is gone (`EPIPE`); the run ends without a message.
  case closedPipe
  /// Another run holds the lock on the output folder; `holder` is its own description.
  case busy(path: String, holder: String)
}

extension OutputError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .cannotCreate(let path, let reason): "\(printable(path)): cannot be created: \(reason)"
    case .exists(let path):
      "\(printable(path)): exists already; name another output or allow replacing it"
    case .isInput(let path): "\(printable(path)): is one of the inputs; name another output"
    case .writeFailed(let path, let reason): "\(printable(path)): cannot be written: \(reason)"
    case .closedPipe: "standard output was closed by its reader"
    case .busy(let path, let holder):
      "\(printable(path)): another run writes here (\(holder)); wait for it"
    }
  }
}
