import CKernels

/// The rows nearest to a query in a subset of the features.
package struct NeighborsWithout: Sendable, Equatable {
  /// Their mean squared distance to the query, over the features of the subset.
  package let meanSquare: Float
  /// Row indices, nearest first.
  package let indices: [Int32]
}

extension NearestRows {
  /// The most groups of features that one search can leave out.
  package static let mostGroups = 32

  /// For each group of features the `count` nearest rows without it, and last those with all features.
  ///
  /// Shares the pass over the rows: O(rows · columns) for all groups together.
  ///
  /// * `query`: `[columns]`.
  /// * `groups`: at most `mostGroups` disjoint ranges of columns.
  /// * `count`: 1 to `rows`.
  package func neighbors(of query: [Float], without groups: [Range<Int>], count: Int)
    -> [NeighborsWithout]
  {
    precondition(query.count == rows.columns, "\(query.count) against \(rows.columns)")
    precondition(groups.count <= Self.mostGroups, "\(groups.count) groups")
    precondition(count > 0 && count <= rows.count, "\(count) of \(rows.count)")
    var group = [Int32](repeating: Int32(groups.count), count: rows.columns)
    for (number, features) in groups.enumerated() {
      for feature in features { group[feature] = Int32(number) }
    }
    let height = paddedRows
    var distances = [Float](repeating: 0, count: (groups.count + 1) * height)
    unsafe kernel_distances_without(
      query, panels, rows.columns, height, group, groups.count, &distances)
    return (0...groups.count).map { number in
      smallest(distances.span.extracting(number * height..<(number + 1) * height), count)
    }
  }

  /// The indices of the `count` smallest distances and their mean; ties go to the lower index.
  private func smallest(_ distances: Span<Float>, _ count: Int) -> NeighborsWithout {
    var values = [Float](repeating: .infinity, count: count)
    var indices = [Int32](repeating: 0, count: count)
    unsafe distances.withUnsafeBufferPointer { distances in
      guard let source = distances.baseAddress else { return }
      unsafe kernel_smallest(source, rows.count, count, &values, &indices)
    }
    return NeighborsWithout(meanSquare: values.reduce(0, +) / Float(count), indices: indices)
  }
}
