import Ingestion

/// Why a result cannot be written as it was asked for.
package enum ReportingError: Error, Equatable {
  /// A column of the input has the name of one that is added.
  case nameClash(path: String, column: String)
  /// A file's header is not that of the first one.
  case otherHeader(path: String)
}

extension ReportingError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .nameClash(let path, let column):
      location(path, 1, column) + "the file has a column of the name that the result would get; "
        + "rename the result's with --prefix"
    case .otherHeader(let path):
      location(path, 1) + "its header is not that of the first file; score files of different "
        + "columns one by one, or with --keep none"
    }
  }
}
