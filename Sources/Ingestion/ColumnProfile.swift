package import Tabular

/// A summary of one column, computed from the first rows of a file; printed by `inspect`.
package struct ColumnProfile: Sendable, Codable, Equatable {
  package var name: String
  /// The inferred kind of its cells.
  package var kind: ColumnKind
  /// Whether all rows held the same value and none was missing.
  package var isConstant: Bool
  /// The number of missing cells.
  package var missing: Int
  /// The number of distinct texts, missing cells excluded.
  package var distinct: Int
  /// The smallest and largest number, and the mean; nil unless the column holds numbers.
  package var minimum, maximum, mean: Double?
  /// The first distinct texts, at most five of 80 bytes each, and their physical lines.
  package var examples: [String]
  package var exampleLines: [Int]
}

/// The result of schema inference on the first rows of a file.
package struct InferredSchema: Sendable, Codable, Equatable {
  /// One profile per column, in the order of the file.
  package var profiles: [ColumnProfile]
  /// The number of rows inspected.
  package var rows: Int
  /// Whether these were all rows of the file.
  package var isWholeFile: Bool

  /// A schema in which numbers and categories are features and everything else is ignored.
  ///
  /// Identifiers carry no information, and a time is used only once it is made the time column.
  package var schema: Schema {
    Schema(
      columns: profiles.map { profile in
        let isFeature = profile.kind == .number || profile.kind == .category
        return ColumnSchema(
          name: profile.name, kind: profile.kind, role: isFeature ? .feature : .ignored,
          isConstant: profile.isConstant)
      })
  }
}

extension ReadingPlan {
  /// Plans to read the columns of a schema that are not ignored; groups and identifiers as categories.
  package init(schema: Schema) {
    self.init(
      columns: schema.columns.compactMap { column in
        switch column.role {
        case .ignored: nil
        case .time: PlannedColumn(name: column.name, reading: .time)
        case .group: PlannedColumn(name: column.name, reading: .category)
        case .label: PlannedColumn(name: column.name, reading: .label(LabelReader()))
        case .feature:
          switch column.kind {
          case .number: PlannedColumn(name: column.name, reading: .number)
          case .time: PlannedColumn(name: column.name, reading: .time)
          case .category, .identifier: PlannedColumn(name: column.name, reading: .category)
          }
        }
      })
  }
}
