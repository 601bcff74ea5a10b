import Ingestion

/// Why scores cannot be written in the requested form.
package enum ReportingError: Error, Equatable {
  /// An input column has the name of one that would be added.
  case nameClash(path: String, column: String)
  /// The header of a later file differs from that of the first.
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
