/// Reads the cells of a label column.
package struct LabelReader: Sendable, Equatable {
  /// The text that marks an anomaly, any other text meaning normal; nil accepts only 1 and 0 (also
  /// written 1.0 and 0.0).
  package let positive: String?

  package init(positive: String? = nil) { self.positive = positive }

  /// Whether a cell labels an anomaly; nil when it is not a label at all.
  package func isAnomaly(_ cell: some Sequence<UInt8>) -> Bool? {
    if let positive { return positive.utf8.elementsEqual(cell) }
    if cell.elementsEqual("1".utf8) || cell.elementsEqual("1.0".utf8) { return true }
    return cell.elementsEqual("0".utf8) || cell.elementsEqual("0.0".utf8) ? false : nil
  }
}
