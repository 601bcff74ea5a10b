package import Ingestion

/// How a CSV file is written: RFC 4180 in UTF-8, with the differences named here.
///
/// ```swift
/// settings.format = CSVFormat(delimiter: .semicolon, decimal: .comma, nullValues: ["-9999"])
/// ```
public struct CSVFormat: Sendable, Equatable {
  package var dialect: CSVDialect

  package init(_ dialect: CSVDialect) { self.dialect = dialect }

  /// A format; the defaults are comma-separated cells, decimal points and no additional null values.
  ///
  /// - Parameters:
  ///   - delimiter: the separator of cells.
  ///   - decimal: the decimal mark.
  ///   - nullValues: texts that mean a missing cell, besides the empty one, `NA`, `N/A`, `NaN`, `nan`,
  ///     `null` and `NULL`.
  ///   - timeUnit: the unit of times written as plain numbers since 1970; nil for seconds.
  public init(
    delimiter: Delimiter = .comma, decimal: Decimal = .point, nullValues: [String] = [],
    timeUnit: TimeUnit? = nil
  ) {
    dialect = CSVDialect(
      delimiter: delimiter.value, decimal: decimal.value, nullValues: nullValues,
      timeUnit: timeUnit?.value)
  }

  /// Whether delimiter and decimal mark differ.
  var isUnambiguous: Bool { dialect.delimiter.byte != dialect.decimal.byte }

  /// The separator of cells.
  public struct Delimiter: Sendable, Equatable {
    fileprivate let value: CSVDialect.Delimiter

    public static let comma = Delimiter(value: .comma)
    public static let semicolon = Delimiter(value: .semicolon)
    public static let tab = Delimiter(value: .tab)
    public static let pipe = Delimiter(value: .pipe)
  }

  /// The decimal mark of numbers.
  public struct Decimal: Sendable, Equatable {
    fileprivate let value: CSVDialect.Decimal

    public static let point = Decimal(value: .point)
    public static let comma = Decimal(value: .comma)
  }

  /// The unit of times written as plain numbers since 1970-01-01T00:00:00Z.
  public struct TimeUnit: Sendable, Equatable {
    fileprivate let value: Ingestion.TimeUnit

    public static let seconds = TimeUnit(value: .seconds)
    public static let milliseconds = TimeUnit(value: .milliseconds)
    public static let microseconds = TimeUnit(value: .microseconds)
    public static let nanoseconds = TimeUnit(value: .nanoseconds)
  }
}

/// What happens to rows that cannot be read.
public struct BadRows: Sendable, Equatable {
  package let policy: BadRowPolicy

  /// The first bad row ends the run with an error.
  public static let fail = BadRows(policy: .fail)

  /// Bad rows are set aside and listed in the report; more than `maximum` in a file end the run.
  public static func quarantine(maximum: Int? = nil) -> BadRows {
    BadRows(policy: .quarantine(maximum: maximum))
  }
}
