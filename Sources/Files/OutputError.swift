/// Why an output could not be created, written or finished.
package enum OutputError: Error, Equatable {
  case cannotCreate(path: String, reason: String)
  /// The output is there already and may not be replaced.
  case exists(path: String)
  /// The output is one of the files that are being read, perhaps by another name.
  case isInput(path: String)
  case writeFailed(path: String, reason: String)
  /// The reader of standard output has gone; the run ends quietly.
  case closedPipe
  /// Another run writes to the same folder.
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
