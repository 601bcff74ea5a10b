/// How a CSV file is written: RFC 4180 in UTF-8, with the differences named here.
package struct CSVDialect: Sendable, Codable, Equatable {
  /// The separator of cells; raw values are those of `--delimiter`.
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

  /// The decimal mark of numbers; raw values are those of `--decimal`.
  package enum Decimal: String, Sendable, Codable, CaseIterable {
    case point, comma

    /// The byte of the sign.
    package var byte: UInt8 { self == .point ? UInt8(ascii: ".") : UInt8(ascii: ",") }
  }

  package var delimiter: Delimiter
  package var decimal: Decimal
  /// Further texts that mean a missing cell, besides the empty one and `standardNullValues`.
  package var nullValues: [String]
  /// The unit of times written as plain numbers; nil means seconds.
  package var timeUnit: TimeUnit?

  /// Texts that mean a missing cell in every dialect; compared byte by byte.
  package static let standardNullValues = ["NA", "N/A", "NaN", "nan", "null", "NULL"]

  package init(
    delimiter: Delimiter = .comma, decimal: Decimal = .point, nullValues: [String] = [],
    timeUnit: TimeUnit? = nil
  ) {
    (self.delimiter, self.decimal) = (delimiter, decimal)
    (self.nullValues, self.timeUnit) = (nullValues, timeUnit)
  }
}

/// The unit of a time written as a plain number since 1970-01-01T00:00:00Z.
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

/// Limits on what a file may demand; exceeding one ends the reading with an error that names it.
///
/// They bound the memory that hostile input can claim, whatever the size of the file.
package struct ReadingLimits: Sendable, Equatable {
  /// The longest cell, in bytes; 1 to 1 MiB, which is what the CSV parser's buffer is capped at.
  package var cellBytes: Int
  /// The largest number of columns.
  package var columns: Int
  /// The longest record, in bytes; 1 to 1 GiB.
  package var recordBytes: Int
  /// The approximate size of a block, in bytes; affects memory and speed, never the result.
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

/// What happens to rows that cannot be read.
package enum BadRowPolicy: Sendable, Equatable {
  /// The first bad row ends the run with an error.
  case fail
  /// Bad rows are set aside and counted; one more than `maximum` ends the run (nil: no limit).
  case quarantine(maximum: Int?)
}
