import Calibration
import Encoding
import Files
import Ingestion
import ModelFile
import Reporting

/// Why a run could not be finished, with the place and what to do about it.
public struct StillwaterError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of fault it is; the raw value is the exit code of the command line.
  public enum Kind: Int32, Sendable {
    /// A setting or an option that makes no sense.
    case usage = 64
    /// Rows that cannot be read, or a model file that is damaged or does not fit.
    case badData = 65
    /// A file that is missing or cannot be opened.
    case missingInput = 66
    /// A fault of Stillwater itself.
    case internalFault = 70
    /// More memory, columns or bytes than a named limit allows.
    case overLimit = 71
    /// An output that cannot be created.
    case cannotCreate = 73
    /// Reading or writing that failed under way, as on a full disk.
    case ioFailure = 74
    /// An output that another run is writing.
    case busy = 75
    /// A pipeline that cannot be understood.
    case badConfiguration = 78
  }

  /// What went wrong, for programs.
  public let kind: Kind
  /// `file:line:column: reason`, as far as the place is known.
  public let description: String

  public init(_ kind: Kind, _ description: String) {
    (self.kind, self.description) = (kind, description)
  }
}

extension StillwaterError {
  /// Whether nobody needs to be told: the reader of standard output has what it wanted.
  package var isQuiet: Bool { description == OutputError.closedPipe.description }

  /// The same fault in the terms of the public face.
  package init(_ error: any Error) {
    switch error {
    case let error as StillwaterError: self = error
    case let error as IngestionError: self.init(Self.kind(of: error), error.description)
    case let error as FileError: self.init(Self.kind(of: error), error.description)
    case let error as EncodingError: self.init(.badData, printable(error.description))
    case let error as CalibrationError: self.init(.badData, error.description)
    case let error as ModelFileError: self.init(.badData, printable(error.description))
    case let error as ReportingError: self.init(.badData, error.description)
    case let error as OutputError: self.init(Self.kind(of: error), error.description)
    default: self.init(.internalFault, "unexpected fault: \(error)")
    }
  }

  private static func kind(of error: OutputError) -> Kind {
    switch error {
    case .cannotCreate, .exists: .cannotCreate
    case .isInput: .usage
    case .writeFailed, .closedPipe: .ioFailure
    case .busy: .busy
    }
  }

  private static func kind(of error: FileError) -> Kind {
    switch error {
    case .truncated, .corrupted: .badData
    case .readFailed: .ioFailure
    case .missing, .isDirectory, .unreadable, .noMatch: .missingInput
    }
  }

  private static func kind(of error: IngestionError) -> Kind {
    switch error {
    case .file(let error): kind(of: error)
    case .cellTooLong, .recordTooLong, .tooManyColumns: .overLimit
    case .recordCountMismatch: .internalFault
    default: .badData
    }
  }
}
