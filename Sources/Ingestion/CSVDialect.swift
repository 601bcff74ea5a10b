/// How a CSV file is written: RFC 4180 with a few named differences.
package struct CSVDialect: Sendable, Codable, Equatable {
  /// What stands between two cells.
  package enum Delimiter: String, Sendable, Codable, CaseIterable {
    case comma, semicolon, tab, pipe

    /// The byte of the sign.
    package var byte: UInt8 {
      switch self {
      case .comma: UInt8(ascii: ",")
      case .semicolon: UInt8(ascii: ";")
      case .tab: UInt8(ascii: "\t")
      case .pipe: UInt8(ascii: "|")
      }
    }
  }

  /// What stands between a number's whole part and its fraction.
  package enum Decimal: String, Sendable, Codable, CaseIterable {
    case point, comma

    /// The byte of the sign.
    package var byte: UInt8 { self == .point ? UInt8(ascii: ".") : UInt8(ascii: ",") }
  }

  package var delimiter: Delimiter
  package var decimal: Decimal
  /// Texts that stand for a missing cell, beside the empty one and `standardNullValues`.
  package var nullValues: [String]
  /// The unit of times that are plain numbers; nil takes them for seconds.
  package var timeUnit: TimeUnit?

  /// Texts that always stand for a missing cell.
  package static let standardNullValues = ["NA", "N/A", "NaN", "nan", "null", "NULL"]

  package init(
    delimiter: Delimiter = .comma, decimal: Decimal = .point, nullValues: [String] = [],
    timeUnit: TimeUnit? = nil
  ) {
    (self.delimiter, self.decimal) = (delimiter, decimal)
    (self.nullValues, self.timeUnit) = (nullValues, timeUnit)
  }
}

/// The unit of a time that is written as a plain number since 1970.
package enum TimeUnit: String, Sendable, Codable, CaseIterable {
  case seconds = "s"
  case milliseconds = "ms"
  case microseconds = "us"
  case nanoseconds = "ns"

  /// The length of the unit in nanoseconds.
  package var nanoseconds: Int64 {
    switch self {
    case .seconds: 1_000_000_000
    case .milliseconds: 1_000_000
    case .microseconds: 1_000
    case .nanoseconds: 1
    }
  }
}

/// How much a file may ask for; what goes beyond is refused by the name of the limit.
package struct ReadingLimits: Sendable, Equatable {
  /// The longest cell, in bytes; at most 1 MiB.
  package var cellBytes: Int
  /// The most columns.
  package var columns: Int
  /// The longest record, in bytes.
  package var recordBytes: Int
  /// How many bytes are read and parsed at once, roughly; the result does not depend on it.
  package var blockBytes: Int

  package init(
    cellBytes: Int = 1 << 20, columns: Int = 10_000, recordBytes: Int = 16 << 20,
    blockBytes: Int = 1 << 20
  ) {
    precondition(
      cellBytes > 0 && cellBytes <= 1 << 20, "cellBytes must be 1...1048576, got \(cellBytes)")
    precondition(
      recordBytes > 0 && recordBytes <= 1 << 30, "recordBytes must be 1...2^30, got \(recordBytes)")
    precondition(blockBytes > 0 && blockBytes <= 1 << 30, "blockBytes must be 1...2^30")
    (self.cellBytes, self.columns) = (cellBytes, columns)
    (self.recordBytes, self.blockBytes) = (recordBytes, blockBytes)
  }
}

/// What is done with a row that cannot be read.
package enum BadRowPolicy: Sendable, Equatable {
  /// The first one refuses the file.
  case fail
  /// They are set aside and counted; more than `maximum` refuse the file.
  case quarantine(maximum: Int?)
}
