/// Reads the cells of a label column.
package struct LabelReader: Sendable, Equatable {
  /// The text of an anomaly, all others being normal; nil takes 1 and 0 and nothing else.
  package let positive: String?

  package init(positive: String? = nil) { self.positive = positive }

  /// Whether a label says anomaly; nil when it is none.
  package func isAnomaly(_ cell: some Sequence<UInt8>) -> Bool? {
    if let positive { return positive.utf8.elementsEqual(cell) }
    if cell.elementsEqual("1".utf8) || cell.elementsEqual("1.0".utf8) { return true }
    return cell.elementsEqual("0".utf8) || cell.elementsEqual("0.0".utf8) ? false : nil
  }
}
