/// How the cells of a column are read.
package enum ColumnKind: String, Sendable, Codable, CaseIterable {
  case number, category, time
  /// A text or running number that names its row and says nothing about it.
  case identifier
}

/// What a column is used for.
package enum ColumnRole: String, Sendable, Codable, CaseIterable {
  case feature, time, group, label, ignored
}

/// One column of a schema.
package struct ColumnSchema: Sendable, Codable, Equatable {
  package var name: String
  package var kind: ColumnKind
  package var role: ColumnRole
  /// Whether the rows it was inferred from held a single value.
  package var isConstant: Bool

  package init(name: String, kind: ColumnKind, role: ColumnRole, isConstant: Bool = false) {
    (self.name, self.kind, self.role, self.isConstant) = (name, kind, role, isConstant)
  }
}

/// The columns a file is expected to have: inferred from a baseline, kept in the model, required of
/// every file that the model scores.
package struct Schema: Sendable, Codable, Equatable {
  package var columns: [ColumnSchema]

  package init(columns: [ColumnSchema]) { self.columns = columns }

  /// The columns that the model learns from, in the order of the baseline file.
  package var features: [ColumnSchema] { columns.filter { $0.role == .feature } }

  /// The only column of this role, if there is one.
  package func column(of role: ColumnRole) -> ColumnSchema? { columns.first { $0.role == role } }
}
