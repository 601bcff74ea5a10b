/// One feature for each frequent level of a category, one for rare levels, one for unseen ones.
///
/// A change of level moves two features by 1: as far as a typical difference between two standardized
/// numbers. An unseen level lies further out than any seen one.
package struct CategoryEncoder: Sendable, Equatable, Codable {
  /// Levels with a feature of their own, in the order of their first appearance.
  package let levels: [String]
  /// Levels of the baseline that share one feature.
  package let rareLevels: [String]
  /// Levels with a feature of their own, at most.
  package static let mostFeatures = 64
  /// Different texts that are still taken as a category.
  static let mostLevels = 1000
  /// Where an unseen level lies on its feature.
  static let unseen: Float = 4

  /// Frequent levels' features, the rare one's and the unseen one's.
  package var featureCount: Int { levels.count + 2 }

  /// * `codes`: indices into `levels`; -1 is missing.
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
    // Equal counts are told apart by first appearance: the sort must not depend on anything else.
    let ranked = present.sorted { counts[$0] == counts[$1] ? $0 < $1 : counts[$0] > counts[$1] }
    let frequent = Set(ranked.prefix(mostFeatures))
    return CategoryEncoder(
      levels: present.filter { frequent.contains($0) }.map { levels[$0] },
      rareLevels: present.filter { !frequent.contains($0) }.map { levels[$0] })
  }

  /// For each of a table's levels the feature that it switches on; compared byte by byte.
  package func features(of tableLevels: [String]) -> [Int] {
    var places: [[UInt8]: Int] = [:]
    for (index, level) in levels.enumerated() { places[Array(level.utf8)] = index }
    for level in rareLevels { places[Array(level.utf8)] = levels.count }
    return tableLevels.map { places[Array($0.utf8)] ?? levels.count + 1 }
  }

  /// What a switched-on feature is set to.
  package func amplitude(of feature: Int) -> Float {
    feature == levels.count + 1 ? Self.unseen : 1
  }

  /// The level that an expected sample stands for: the strongest feature.
  package func decode(_ features: ArraySlice<Float>) -> String {
    let strongest = features.prefix(levels.count).enumerated().max { $0.element < $1.element }
    return strongest.map { levels[$0.offset] } ?? ""
  }
}
