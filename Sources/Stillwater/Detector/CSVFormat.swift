package import Ingestion

/// How a CSV file is written: RFC 4180 with a few named differences.
///
/// ```swift
/// settings.format = CSVFormat(delimiter: .semicolon, decimal: .comma, nullValues: ["-9999"])
/// ```
public struct CSVFormat: Sendable, Equatable {
  package var dialect: CSVDialect

  package init(_ dialect: CSVDialect) { self.dialect = dialect }

  /// Cells between commas, numbers with a point and no unusual null values, unless said otherwise.
  ///
  /// - Parameters:
  ///   - delimiter: what stands between two cells.
  ///   - decimal: what stands between a number's whole part and its fraction.
  ///   - nullValues: texts that stand for a missing cell, beside the empty one, `NA`, `N/A`, `NaN`, `nan`,
  ///     `null` and `NULL`.
  ///   - timeUnit: the unit of times that are plain numbers since 1970; nil takes them for seconds.
  public init(
    delimiter: Delimiter = .comma, decimal: Decimal = .point, nullValues: [String] = [],
    timeUnit: TimeUnit? = nil
  ) {
    dialect = CSVDialect(
      delimiter: delimiter.value, decimal: decimal.value, nullValues: nullValues,
      timeUnit: timeUnit?.value)
  }

  /// Whether a decimal mark cannot be taken for the end of a cell.
  var isUnambiguous: Bool { dialect.delimiter.byte != dialect.decimal.byte }

  /// What stands between two cells.
  public struct Delimiter: Sendable, Equatable {
    fileprivate let value: CSVDialect.Delimiter

    public static let comma = Delimiter(value: .comma)
    public static let semicolon = Delimiter(value: .semicolon)
    public static let tab = Delimiter(value: .tab)
    public static let pipe = Delimiter(value: .pipe)
  }

  /// What stands between a number's whole part and its fraction.
  public struct Decimal: Sendable, Equatable {
    fileprivate let value: CSVDialect.Decimal

    public static let point = Decimal(value: .point)
    public static let comma = Decimal(value: .comma)
  }

  /// The unit of a time that is written as a plain number since 1970.
  public struct TimeUnit: Sendable, Equatable {
    fileprivate let value: Ingestion.TimeUnit

    public static let seconds = TimeUnit(value: .seconds)
    public static let milliseconds = TimeUnit(value: .milliseconds)
    public static let microseconds = TimeUnit(value: .microseconds)
    public static let nanoseconds = TimeUnit(value: .nanoseconds)
  }
}

/// What becomes of a row that cannot be read.
public struct BadRows: Sendable, Equatable {
  package let policy: BadRowPolicy

  /// The first one refuses the file.
  public static let fail = BadRows(policy: .fail)

  /// They are set aside and named in the report; more than `maximum` of a file refuse it.
  public static func quarantine(maximum: Int? = nil) -> BadRows {
    BadRows(policy: .quarantine(maximum: maximum))
  }
}
