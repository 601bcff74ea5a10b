/// Which columns are read, and how; the others are not converted at all.
package struct ReadingPlan: Sendable, Equatable {
  /// How the cells of a column are read.
  package enum Reading: Sendable, Equatable {
    case number, category, time
    /// A category whose texts must all mean an anomaly or normal.
    case label(LabelReader)
  }

  /// One column, by its name in the header.
  package struct PlannedColumn: Sendable, Equatable {
    package let name: String
    package let reading: Reading

    package init(name: String, reading: Reading) {
      (self.name, self.reading) = (name, reading)
    }
  }

  package var columns: [PlannedColumn]

  package init(columns: [PlannedColumn]) { self.columns = columns }
}
