import Calibration
import Encoding
import Files
import Ingestion
import ModelFile
import Reporting

/// Why a run failed, with the location and advice.
public struct StillwaterError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure; the raw value is the exit code of the command line (BSD `sysexits.h`).
  public enum Kind: Int32, Sendable {
    /// An invalid setting or option.
    case usage = 64
    /// Rows that cannot be read, or a model file that is damaged or does not fit.
    case badData = 65
    /// A file that is missing or cannot be opened.
    case missingInput = 66
    /// A bug of Stillwater itself.
    case internalFault = 70
    /// More memory, columns or bytes than the named limit allows.
    case overLimit = 71
    /// An output that cannot be created.
    case cannotCreate = 73
    /// Reading or writing that failed midway, as on a full disk.
    case ioFailure = 74
    /// An output that another run is writing.
    case busy = 75
    /// An invalid pipeline file.
    case badConfiguration = 78
  }

  /// The kind of failure, for programs.
  public let kind: Kind
  /// The message, `file:line:column: reason` as far as the location is known.
  public let description: String

  public init(_ kind: Kind, _ description: String) {
    (self.kind, self.description) = (kind, description)
  }
}

extension StillwaterError {
  /// Whether to end without a message, because the reader of standard output has closed it.
  package var isQuiet: Bool { description == OutputError.closedPipe.description }

  /// Converts any error of the package to the public type; unknown ones become `internalFault`.
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
