/// Typed columns of one parsed file, or of a chunk of its rows.
package struct Table: Sendable, Equatable {
  /// The columns that were read, in the order of the reading plan; all hold `rowCount` values.
  package var columns: [Column]
  /// The number of rows.
  package let rowCount: Int

  package init(columns: [Column], rowCount: Int) {
    for column in columns {
      precondition(
        column.values.count == rowCount,
        "column \(column.name) holds \(column.values.count) values, the table \(rowCount) rows")
    }
    (self.columns, self.rowCount) = (columns, rowCount)
  }

  /// The column of exactly this name, compared byte by byte.
  ///
  /// Two Unicode normalisation forms of one text are two names. Linear in the number of columns.
  package func column(named name: String) -> Column? {
    columns.first { $0.name.utf8.elementsEqual(name.utf8) }
  }
}

/// One named column of a table and its cells.
package struct Column: Sendable, Equatable {
  package let name: String
  package var values: ColumnValues

  package init(name: String, values: ColumnValues) {
    (self.name, self.values) = (name, values)
  }
}

/// The cells of a column, one value per row.
package enum ColumnValues: Sendable, Equatable {
  /// Finite numbers; NaN stands for a missing cell and for nothing else: infinities and numbers
  /// beyond the range of a double are damage, which reading reports.
  case numbers([Double])
  /// Indices into `levels`; -1 stands for a missing cell.
  ///
  /// `levels` lists the distinct texts of this table or chunk in the order of their first appearance,
  /// so codes of different chunks are not comparable.
  case categories(codes: [Int32], levels: [String])
  /// Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted; never missing.
  case times([Int64])

  /// The number of cells.
  package var count: Int {
    switch self {
    case .numbers(let values): values.count
    case .categories(let codes, _): codes.count
    case .times(let values): values.count
    }
  }
}
