import Ingestion
package import Tabular

/// The label column of a table that was read with the layout's plan: which rows are anomalies.
///
/// Returns nil when the layout has no label column or the table lacks it.
package func labels(of table: Table, layout: DataLayout) -> [Bool]? {
  guard let name = layout.schema.column(of: .label)?.name,
    case .categories(let codes, let levels)? = table.column(named: name)?.values
  else { return nil }
  let meanings = levels.map { layout.labelReader.isAnomaly($0.utf8) ?? false }
  return codes.map { $0 >= 0 && meanings[Int($0)] }
}
