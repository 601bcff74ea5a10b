package import Ingestion
package import Tabular

/// The roles of columns, as far as the user assigns them; everything else is inferred.
public struct ColumnOptions: Sendable, Equatable {
  /// The time column, which makes the rows a time series.
  public var time: String?
  /// The column that identifies the series or entity of each row.
  public var group: String?
  /// The column with 1 for an anomaly and 0 for a normal row; never learned from.
  public var label: String?
  /// The text that marks an anomaly in the label column, if it is not 1.
  public var positiveLabel: String?
  /// Columns to leave out.
  public var ignored: [String] = []
  /// Columns to treat as categories although they look like numbers or identifiers.
  public var categorical: [String] = []

  public init() {}
}

/// The dialect of a detector's files and the role of each column; stored in the model.
package struct DataLayout: Sendable, Equatable, Codable {
  package var dialect: CSVDialect
  package var schema: Schema
  package var positiveLabel: String?

  package init(dialect: CSVDialect, schema: Schema, positiveLabel: String? = nil) {
    (self.dialect, self.schema, self.positiveLabel) = (dialect, schema, positiveLabel)
  }

  /// The interpretation of the label column.
  var labelReader: LabelReader { LabelReader(positive: positiveLabel) }

  /// Whether the rows are a time series: whether there is a time column.
  package var isSeries: Bool { schema.column(of: .time) != nil }

  /// The columns to read of a file to score it.
  ///
  /// * `label`: whether to read the label column too, which the file must then have.
  func plan(label: Bool = false) -> ReadingPlan {
    let wanted = schema.columns.filter { column in
      switch column.role {
      case .feature, .time, .group: true
      case .label: label
      case .ignored: false
      }
    }
    return ReadingPlan(
      columns: wanted.map { ReadingPlan.PlannedColumn(name: $0.name, reading: reading(of: $0)) })
  }

  private func reading(of column: ColumnSchema) -> ReadingPlan.Reading {
    switch column.role {
    case .time: .time
    case .group: .category
    case .label: .label(labelReader)
    case .feature, .ignored: column.kind == .number ? .number : .category
    }
  }
}

extension DataLayout {
  /// Combines the inferred schema of a file with the user's options.
  ///
  /// - Returns: the layout, and a warning for every column that is not learned from.
  /// - Throws: `StillwaterError` for an option that names no column.
  package static func resolve(
    _ inferred: InferredSchema, path: String, dialect: CSVDialect, columns options: ColumnOptions
  ) throws -> (layout: DataLayout, warnings: [String]) {
    let names = inferred.profiles.map(\.name)
    let asked =
      [options.time, options.group].compactMap { $0 }
      + options.ignored + options.categorical
    for name in asked where !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
      throw StillwaterError(
        .badData,
        location(path, 1) + "no column is named \(quoted(name))"
          + suggestion(for: name, among: names))
    }
    var warnings: [String] = []
    var columns = inferred.profiles.map { profile in
      column(profile, options, path: path, warnings: &warnings)
    }
    if let label = options.label, !names.contains(where: { $0.utf8.elementsEqual(label.utf8) }) {
      columns.append(ColumnSchema(name: label, kind: .category, role: .label))
      warnings.append(
        location(path) + "no column is named \(quoted(label))"
          + suggestion(for: label, among: names) + "; all its rows are taken for normal")
    }
    return (
      DataLayout(
        dialect: dialect, schema: Schema(columns: columns), positiveLabel: options.positiveLabel),
      warnings
    )
  }

  private static func column(
    _ profile: ColumnProfile, _ options: ColumnOptions, path: String, warnings: inout [String]
  ) -> ColumnSchema {
    func same(_ name: String?) -> Bool { name?.utf8.elementsEqual(profile.name.utf8) ?? false }
    var column = ColumnSchema(
      name: profile.name, kind: profile.kind, role: .feature, isConstant: profile.isConstant)
    if options.categorical.contains(where: same) { column.kind = .category }
    if same(options.time) {
      (column.role, column.kind) = (.time, .time)
    } else if same(options.group) {
      (column.role, column.kind) = (.group, .category)
    } else if same(options.label) {
      (column.role, column.kind) = (.label, .category)
    } else if options.ignored.contains(where: same) {
      column.role = .ignored
    } else if column.kind == .identifier {
      column.role = .ignored
      warnings.append(
        location(path) + "column \(quoted(profile.name)) names its rows and is not learned from; "
          + "if it means something, use --categorical")
    } else if column.kind == .time {
      column.role = .ignored
      warnings.append(
        location(path) + "column \(quoted(profile.name)) holds times and is not learned from; "
          + "for a time series use --time")
    } else if options.time != nil, column.kind == .category {
      column.role = .ignored
      warnings.append(
        location(path) + "column \(quoted(profile.name)) is a category and is not learned from: "
          + "a series learns from numeric columns")
    } else if profile.isConstant {
      warnings.append(
        location(path)
          + "column \(quoted(profile.name)) holds one single value; any other will rank at the top"
      )
    }
    return column
  }
}

extension DataLayout {
  /// Whether a header has the label column.
  func hasLabel(_ header: [String]) -> Bool {
    guard let label = schema.column(of: .label)?.name else { return false }
    return header.contains { $0.utf8.elementsEqual(label.utf8) }
  }
}

/// `; did you mean "NAME"?` for the nearest name within three edits and half of its length, else nothing.
package func suggestion(for name: String, among names: [String]) -> String {
  let nearest = names.map { ($0, editDistance(name, $0)) }.min { $0.1 < $1.1 }
  guard let nearest, nearest.1 <= max(1, min(3, name.count / 2)) else { return "" }
  return "; did you mean \(quoted(nearest.0))?"
}

/// The Levenshtein distance: the fewest insertions, deletions and replacements of single scalars.
///
/// Only the first 64 scalars of each text count, which bounds the quadratic time.
package func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a.unicodeScalars.prefix(64)), Array(b.unicodeScalars.prefix(64)))
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let replaced = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
