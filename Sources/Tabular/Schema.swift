/// What the cells of a column hold; the raw values are keys of schemas in model files.
package enum ColumnKind: String, Sendable, Codable, CaseIterable {
  /// `number` is a real number, `category` one of a set of texts, `time` an instant.
  case number, category, time
  /// A text or running number that identifies its row and carries no information about it.
  case identifier
}

/// What a column is used for; the raw values are keys of schemas in model files.
package enum ColumnRole: String, Sendable, Codable, CaseIterable {
  /// `feature` is learned from, `time` orders the rows of a series, `group` separates series, `label`
  /// marks anomalies for evaluation, `ignored` is not even parsed.
  case feature, time, group, label, ignored
}

/// Name, kind and role of one column.
package struct ColumnSchema: Sendable, Codable, Equatable {
  /// The name in the header, trimmed; unique in its file, compared byte by byte.
  package var name: String
  package var kind: ColumnKind
  package var role: ColumnRole
  /// Whether all rows it was inferred from held the same value.
  package var isConstant: Bool

  package init(name: String, kind: ColumnKind, role: ColumnRole, isConstant: Bool = false) {
    (self.name, self.kind, self.role, self.isConstant) = (name, kind, role, isConstant)
  }
}

/// The columns that a file must have: inferred from a baseline, stored in the model, and required of
/// every file the model scores, in any order.
package struct Schema: Sendable, Codable, Equatable {
  package var columns: [ColumnSchema]

  package init(columns: [ColumnSchema]) { self.columns = columns }

  /// The columns to learn from, in the order of the baseline file, which is that of the features.
  package var features: [ColumnSchema] { columns.filter { $0.role == .feature } }

  /// The first column of this role: the one time or label column, where there is one.
  package func column(of role: ColumnRole) -> ColumnSchema? { columns.first { $0.role == role } }
}
