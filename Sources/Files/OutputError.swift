/// Why an output could not be made; the path is named as the user gave it.
package enum OutputError: Error, Equatable {
  case cannotCreate(path: String, reason: String)
  case exists(path: String)
  case isInput(path: String)
  case writeFailed(path: String, reason: String)
  /// The reader of standard output went away.
  case closedPipe
  case busy(path: String, holder: String)
}

extension OutputError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .cannotCreate(let path, let reason): "\(path): cannot be created: \(reason)"
    case .exists(let path): "\(path): exists, and --no-clobber forbids to replace it"
    case .isInput(let path): "\(path): is also an input; an input is never written over"
    case .writeFailed(let path, let reason): "\(path): writing failed: \(reason)"
    case .closedPipe: "standard output was closed"
    case .busy(let path, let holder): "\(path): is being written by another run: \(holder)"
    }
  }
}
