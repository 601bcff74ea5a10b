package import Tabular

/// What the first rows of a file show about one column.
package struct ColumnProfile: Sendable, Codable, Equatable {
  package var name: String
  /// How its cells are best read.
  package var kind: ColumnKind
  /// Whether all rows held the same value and none was missing.
  package var isConstant: Bool
  /// The number of missing cells.
  package var missing: Int
  /// The number of distinct texts that are not missing.
  package var distinct: Int
  /// The smallest and largest number, and the mean; nil unless the column holds numbers.
  package var minimum, maximum, mean: Double?
  /// The first distinct texts, at most five, and the lines they stand on.
  package var examples: [String]
  package var exampleLines: [Int]
}

/// What the first rows of a file show.
package struct InferredSchema: Sendable, Codable, Equatable {
  /// One profile for each column, in the order of the file.
  package var profiles: [ColumnProfile]
  /// The number of rows that were looked at.
  package var rows: Int
  /// Whether these were all rows of the file.
  package var isWholeFile: Bool

  /// Every column in the role that its kind suggests: identifiers are ignored, all else a feature.
  ///
  /// A time is a feature only when it is made the time column, so it is ignored here too.
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
  /// Reads the columns of a schema that have a use, groups as categories.
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
