package import Compute

/// A partition of rows into groups of at least three neighbours, whose means replace them in a model.
///
/// No single row can be recovered from a mean of several (microaggregation, Domingo-Ferrer and
/// Mateo-Sanz 2002).
package struct RowGroups: Sendable {
  /// The group index of each row, `[rows]`.
  package private(set) var group: [Int]
  /// The number of groups.
  package private(set) var count = 0
  /// The smallest size of a group.
  package static let smallest = 3

  /// Groups rows greedily with their nearest ungrouped neighbours, sparse regions first.
  ///
  /// Rows left over join the group of their nearest grouped neighbour. O(rows² · features).
  ///
  /// * `rows`: `[rows, features]`, at least two rows.
  package static func fit(to rows: Matrix, workers: Int) async -> RowGroups {
    let near = await neighbors(of: rows, workers: workers)
    var groups = RowGroups(group: [Int](repeating: -1, count: rows.rows))
    let reach = (0..<rows.rows).map { near.squaredDistances[($0 + 1) * near.count - 1] }
    for row in (0..<rows.rows).sorted(by: { (reach[$0], $0) > (reach[$1], $1) })
    where groups.group[row] < 0 {
      let free = near.indices(of: row).lazy.map { Int($0) }.filter { groups.group[$0] < 0 }
      let members = [row] + free.prefix(smallest - 1)
      if members.count == smallest {
        for member in members { groups.group[member] = groups.count }
        groups.count += 1
      }
    }
    groups.joinRest(near)
    return groups
  }

  /// Assigns the rows without a group to that of their nearest grouped neighbour.
  private mutating func joinRest(_ near: Neighbors) {
    for row in group.indices where group[row] < 0 {
      let nearest = near.indices(of: row).first { group[Int($0)] >= 0 }
      group[row] = nearest.map { group[Int($0)] } ?? 0
    }
    count = max(count, 1)
  }

  private static func neighbors(of rows: Matrix, workers: Int) async -> Neighbors {
    let search = NearestRows(rows)
    let count = min(64, rows.rows - 1)
    let parts = chunks(of: rows.rows)
    return .joined(
      await parallelMap(parts.count, workers: workers) { part in
        search.neighbors(
          of: rows.padded(rows: parts[part], to: parts[part].count), count: count,
          excluding: parts[part].map { Int32($0) })
      })
  }

  /// The mean of each group, `[groups, features]`.
  package func means(of rows: Matrix) -> Matrix {
    var sums = [Double](repeating: 0, count: count * rows.columns)
    var counts = [Double](repeating: 0, count: count)
    for (row, group) in group.enumerated() {
      counts[group] += 1
      for (offset, value) in rows.row(row).enumerated() {
        sums[group * rows.columns + offset] += Double(value)
      }
    }
    return Matrix(
      rows: count, columns: rows.columns,
      values: sums.indices.map { Float(sums[$0] / counts[$0 / rows.columns]) })
  }
}
