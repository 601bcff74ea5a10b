/// One-hot encoding of a category: a feature for each frequent level, one for all rare levels of the
/// baseline, one for levels it never held.
///
/// A change of level moves two features by 1, a distance of sqrt(2): that of two independent
/// standardized numbers. An unseen level lies further out than any seen one.
package struct CategoryEncoder: Sendable, Equatable, Codable {
  /// Levels with a feature of their own, in the order of their first appearance.
  package let levels: [String]
  /// The baseline's other levels, which have one feature in common.
  package let rareLevels: [String]
  /// The most levels with a feature of their own: the most frequent ones.
  package static let mostFeatures = 64
  /// The most distinct texts a column may hold and still be a category.
  static let mostLevels = 1000
  /// The value of the last feature for an unseen level, in encoded units.
  static let unseen: Float = 4

  /// The features of the frequent levels, then the rare one, then the unseen one.
  package var featureCount: Int { levels.count + 2 }

  /// Selects the levels of a baseline column.
  ///
  /// * `codes`: indices into `levels`; -1 is missing.
  ///
  /// Throws `allMissing` or `tooManyLevels`.
  package static func fit(column: String, codes: [Int32], levels: [String]) throws(EncodingError)
    -> CategoryEncoder
  {
    var counts = [Int](repeating: 0, count: levels.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    let present = counts.indices.filter { counts[$0] > 0 }
    guard !present.isEmpty else { throw .allMissing(column: column) }
    guard present.count <= mostLevels else {
      throw .tooManyLevels(column: column, found: present.count, most: mostLevels)
    }
    // Ties are broken by first appearance, so that the order is total and reproducible.
    let ranked = present.sorted { counts[$0] == counts[$1] ? $0 < $1 : counts[$0] > counts[$1] }
    let frequent = Set(ranked.prefix(mostFeatures))
    return CategoryEncoder(
      levels: present.filter { frequent.contains($0) }.map { levels[$0] },
      rareLevels: present.filter { !frequent.contains($0) }.map { levels[$0] })
  }

  /// The index of the feature that each of a table's levels activates; levels are compared bytewise.
  package func features(of tableLevels: [String]) -> [Int] {
    var indices: [[UInt8]: Int] = [:]
    for (index, level) in levels.enumerated() { indices[Array(level.utf8)] = index }
    for level in rareLevels { indices[Array(level.utf8)] = levels.count }
    return tableLevels.map { indices[Array($0.utf8)] ?? levels.count + 1 }
  }

  /// The value of an active feature; inactive ones are 0.
  package func amplitude(of feature: Int) -> Float {
    feature == levels.count + 1 ? Self.unseen : 1
  }

  /// The frequent level with the largest feature of a reconstructed sample; empty without levels.
  package func decode(_ features: ArraySlice<Float>) -> String {
    let strongest = features.prefix(levels.count).enumerated().max { $0.element < $1.element }
    return strongest.map { levels[$0.offset] } ?? ""
  }
}
