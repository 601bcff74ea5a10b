import Ingestion
package import Tabular

/// The labels of a table's rows, true for anomalies; nil without a label column.
///
/// The table must have been read with the layout's plan, so that every label is valid.
package func labels(of table: Table, layout: DataLayout) -> [Bool]? {
  guard let name = layout.schema.column(of: .label)?.name,
    case .categories(let codes, let levels)? = table.column(named: name)?.values
  else { return nil }
  let meanings = levels.map { layout.labelReader.isAnomaly($0.utf8) ?? false }
  return codes.map { $0 >= 0 && meanings[Int($0)] }
}
