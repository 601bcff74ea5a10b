import Tabular

/// Reads the label column: which rows are anomalies.
///
/// * `positive`: the text of an anomaly; nil for 1, with 0 for normal and nothing else.
/// * `lines`: the physical line of each row, for the message.
///
/// Returns nil when the layout has no label column or the table lacks it.
func labels(
  of table: Table, layout: DataLayout, path: String, lines: [Int]
) throws -> [Bool]? {
  guard let name = layout.schema.column(of: .label)?.name,
    case .categories(let codes, let levels)? = table.column(named: name)?.values
  else { return nil }
  let meanings = levels.map { meaning(of: $0, positive: layout.positiveLabel) }
  return try codes.enumerated().map { row, code in
    if code >= 0, let meaning = meanings[Int(code)] { return meaning }
    let found = code < 0 ? "a missing label" : "the label \"\(levels[Int(code)])\""
    throw StillwaterError(
      .badData,
      "\(path):\(lines[row]):\(name): found \(found), expected 0 or 1; "
        + "name the text of an anomaly with --positive-label")
  }
}

private func meaning(of text: String, positive: String?) -> Bool? {
  if let positive { return text.utf8.elementsEqual(positive.utf8) }
  switch text {
  case "1", "1.0": return true
  case "0", "0.0": return false
  default: return nil
  }
}
