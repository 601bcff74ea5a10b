package import Compute
package import Tabular

/// The encoding of one table column into features.
package enum ColumnEncoding: Sendable, Equatable {
  /// One feature, in three scalings.
  case number(NumberScaler)
  /// One-hot features, the same in all views.
  case category(CategoryEncoder)

  /// The number of features, the missing-value indicator not counted.
  var featureCount: Int {
    switch self {
    case .number: 1
    case .category(let encoder): encoder.featureCount
    }
  }
}

/// One column with its encoding and the range of features it occupies in a sample.
package struct EncodedColumn: Sendable, Equatable {
  package let name: String
  package let encoding: ColumnEncoding
  /// Whether the last of `features` is an indicator of a missing cell; true if the baseline had any.
  package let marksMissing: Bool
  package let features: Range<Int>
}

/// Turns table rows into samples, one matrix for each view; fitted on the baseline only.
package struct TableEncoder: Sendable, Equatable {
  /// The encoded columns, in the order of the schema's features.
  package let columns: [EncodedColumn]
  /// The number of features of a sample, the same in every view.
  package let featureCount: Int
  /// The most features a sample may have.
  package static let mostFeatures = 20_000
  /// The fewest rows of a baseline.
  package static let fewestRows = 20

  /// Lays the columns' features out one after the other.
  package init(_ parts: [(name: String, encoding: ColumnEncoding, marksMissing: Bool)]) {
    var (columns, start) = ([EncodedColumn](), 0)
    for part in parts {
      let end = start + part.encoding.featureCount + (part.marksMissing ? 1 : 0)
      columns.append(
        EncodedColumn(
          name: part.name, encoding: part.encoding, marksMissing: part.marksMissing,
          features: start..<end))
      start = end
    }
    (self.columns, featureCount) = (columns, start)
  }

  /// Fits an encoding to every feature column of the baseline.
  ///
  /// Throws `tooFewRows`, `noFeatures`, `tooManyFeatures`, or what is wrong with a column.
  package static func fit(to table: Table, schema: Schema) throws(EncodingError) -> TableEncoder {
    guard table.rowCount >= fewestRows else {
      throw .tooFewRows(found: table.rowCount, needed: fewestRows)
    }
    var parts: [(name: String, encoding: ColumnEncoding, marksMissing: Bool)] = []
    for feature in schema.features {
      guard let column = table.column(named: feature.name) else {
        throw .missingColumn(feature.name)
      }
      parts.append(try fit(to: column))
    }
    let encoder = TableEncoder(parts)
    guard encoder.featureCount > 0 else { throw .noFeatures }
    guard encoder.featureCount <= mostFeatures else {
      throw .tooManyFeatures(found: encoder.featureCount, most: mostFeatures)
    }
    return encoder
  }

  private static func fit(to column: Column) throws(EncodingError) -> (
    name: String, encoding: ColumnEncoding, marksMissing: Bool
  ) {
    switch column.values {
    case .numbers(let values):
      guard let scaler = NumberScaler.fit(to: values) else {
        throw .allMissing(column: column.name)
      }
      return (column.name, .number(scaler), values.contains { $0.isNaN })
    case .categories(let codes, let levels):
      let encoder = try CategoryEncoder.fit(column: column.name, codes: codes, levels: levels)
      return (column.name, .category(encoder), codes.contains(-1))
    case .times:
      throw .wrongKind(column: column.name, expected: "numbers or categories, not times")
    }
  }

  /// Encodes a table.
  ///
  /// * `count`: 1 for the standard view alone, else all `NumberScaler.viewCount`.
  ///
  /// - Returns: one matrix per view, `[rows, featureCount]`, finite whatever the cells hold. Throws
  ///   `missingColumn` or `wrongKind`; columns that the encoder does not know are ignored.
  package func encode(
    _ table: Table, views count: Int = NumberScaler.viewCount
  ) throws(EncodingError) -> [Matrix] {
    precondition(count == 1 || count == NumberScaler.viewCount, "\(count) views")
    let empty = Matrix(rows: table.rowCount, columns: featureCount)
    var views = [Matrix](repeating: empty, count: count)
    for column in columns {
      guard let cells = table.column(named: column.name) else {
        throw .missingColumn(column.name)
      }
      switch (column.encoding, cells.values) {
      case (.number(let scaler), .numbers(let values)):
        fill(&views, column, scaler, values)
      case (.category(let encoder), .categories(let codes, let levels)):
        fill(&views, column, encoder, codes, levels)
      case (.number, _): throw .wrongKind(column: column.name, expected: "numbers")
      case (.category, _): throw .wrongKind(column: column.name, expected: "categories")
      }
    }
    return views
  }

  private func fill(
    _ views: inout [Matrix], _ column: EncodedColumn, _ scaler: NumberScaler, _ values: [Double]
  ) {
    let feature = column.features.lowerBound
    for (row, value) in values.enumerated() {
      let index = row * featureCount + feature
      if views.count == 1 {
        views[0].values[index] = scaler.standard(value)
      } else {
        let encoded = scaler.encode(value)
        views[0].values[index] = encoded.standard
        views[1].values[index] = encoded.robust
        views[2].values[index] = encoded.quantile
      }
      if column.marksMissing, value.isNaN { mark(&views, index + 1, 1) }
    }
  }

  private func fill(
    _ views: inout [Matrix], _ column: EncodedColumn, _ encoder: CategoryEncoder, _ codes: [Int32],
    _ levels: [String]
  ) {
    let features = encoder.features(of: levels)
    for (row, code) in codes.enumerated() {
      let start = row * featureCount + column.features.lowerBound
      if code >= 0 {
        let feature = features[Int(code)]
        mark(&views, start + feature, encoder.amplitude(of: feature))
      } else if column.marksMissing {
        mark(&views, start + column.features.count - 1, 1)
      } else {
        mark(&views, start + encoder.levels.count + 1, CategoryEncoder.unseen)
      }
    }
  }

  private func mark(_ views: inout [Matrix], _ index: Int, _ value: Float) {
    for view in views.indices { views[view].values[index] = value }
  }
}
