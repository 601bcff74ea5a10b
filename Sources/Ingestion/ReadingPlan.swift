/// Which columns are parsed, and as what; all others are skipped without conversion.
package struct ReadingPlan: Sendable, Equatable {
  /// The target type of a column's cells.
  package enum Reading: Sendable, Equatable {
    case number, category, time
    /// A category each of whose texts must be a label, so that a missing or unknown one is damage.
    case label(LabelReader)
  }

  /// One column, found by its name in the header.
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
