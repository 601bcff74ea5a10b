import CKernels

/// For each query the nearest rows of a matrix, nearest first.
package struct Neighbors: Sendable, Equatable {
  /// The number of neighbours per query.
  package let count: Int
  /// Row indices, `[queries * count]`.
  package internal(set) var indices: [Int32]
  /// Squared distances, `[queries * count]`.
  ///
  /// From a search they are |q|^2 + |x|^2 - 2 q·x: fit for ranking, but cancellation leaves little
  /// precision for very near rows. `nearestFirst` replaces them by exact ones.
  package internal(set) var squaredDistances: [Float]

  /// The neighbours of one query.
  package func indices(of query: Int) -> ArraySlice<Int32> {
    indices[query * count..<(query + 1) * count]
  }

  /// The `most` nearest neighbours of each query.
  package func prefix(_ most: Int) -> Neighbors {
    guard most < count else { return self }
    var nearest = Neighbors(count: most, indices: [], squaredDistances: [])
    for start in stride(from: 0, to: indices.count, by: count) {
      nearest.indices += indices[start..<start + most]
      nearest.squaredDistances += squaredDistances[start..<start + most]
    }
    return nearest
  }

  /// Concatenates the queries of several parts, all with the same number of neighbours.
  package static func joined(_ parts: [Neighbors]) -> Neighbors {
    Neighbors(
      count: parts.first?.count ?? 0, indices: parts.flatMap(\.indices),
      squaredDistances: parts.flatMap(\.squaredDistances))
  }
}

/// Exact nearest-neighbour search by exhaustive comparison, laid out for vector instructions.
///
/// At these numbers of features (tens) trees lose to a brute-force scan. Ties are broken by the row
/// index, so the result is unique.
package struct NearestRows: Sendable, Equatable {
  package let rows: PaddedRows
  /// A second copy of the rows in panels of 32: within a panel column by column, `[columns, 32]`.
  let panels: [Float]
  /// |x|^2 of each row, `[paddedRows]`; the rows that pad the last panel have infinity.
  private let squares: [Float]
  /// The number of rows rounded up to whole panels.
  var paddedRows: Int { squares.count }
  private static let panel = 32
  /// Queries per pass over the rows; fewer for many rows, since a tile keeps all its distances.
  private var tile: Int { squares.count > 1 << 16 ? 4 : 16 }

  package init(_ rows: PaddedRows) {
    self.rows = rows
    let count = (rows.count + Self.panel - 1) / Self.panel * Self.panel
    squares =
      rows.matrix.rowSquares() + [Float](repeating: .infinity, count: count - rows.count)
    var panels = [Float](repeating: 0, count: count * rows.columns)
    for row in 0..<rows.count {
      let (start, lane) = (row / Self.panel * Self.panel * rows.columns, row % Self.panel)
      for column in 0..<rows.columns {
        panels[start + column * Self.panel + lane] = rows.values[row * rows.stride + column]
      }
    }
    self.panels = panels
  }

  package init(_ rows: Matrix) { self.init(PaddedRows(rows)) }

  /// The `count` nearest rows of each query; O(queries · rows · columns), without a matrix of all
  /// distances.
  ///
  /// * `queries`: `[queries, columns]`.
  /// * `count`: neighbours per query, at most `rows` less the excluded one.
  /// * `excluded`: for each query the index of a row to ignore (itself, usually), or -1; empty for none.
  package func neighbors(of queries: Matrix, count: Int, excluding excluded: [Int32] = [])
    -> Neighbors
  {
    precondition(queries.columns == rows.columns, "\(queries.columns) against \(rows.columns)")
    precondition(
      count > 0 && count <= rows.count - (excluded.isEmpty ? 0 : 1), "\(count) of \(rows.count)")
    precondition(
      excluded.isEmpty || excluded.count == queries.rows,
      "\(excluded.count) exclusions, \(queries.rows) queries")
    var search = Search(self, count: count)
    var found = Neighbors(count: count, indices: [], squaredDistances: [])
    found.indices.reserveCapacity(queries.rows * count)
    found.squaredDistances.reserveCapacity(queries.rows * count)
    let querySquares = queries.rowSquares()
    for first in stride(from: 0, to: queries.rows, by: tile) {
      let part = first..<min(first + tile, queries.rows)
      search.run(self, queries, part, querySquares, excluded)
      found.indices += search.indices.prefix(part.count * count)
      found.squaredDistances += search.distances.prefix(part.count * count)
    }
    return found
  }

  /// The buffers of one search, reused for each tile of queries.
  private struct Search {
    let count: Int
    var distances: [Float]
    var indices: [Int32]
    private var queries: [Float]
    private var squares: [Float]
    private var excluded: [Int32]
    private var row: [Float]
    private var keys: [UInt64]

    init(_ rows: NearestRows, count: Int) {
      self.count = count
      let tile = rows.tile
      squares = [Float](repeating: 0, count: tile)
      excluded = [Int32](repeating: -1, count: tile)
      distances = [Float](repeating: 0, count: tile * count)
      indices = [Int32](repeating: 0, count: tile * count)
      queries = [Float](repeating: 0, count: tile * rows.rows.columns)
      row = [Float](repeating: 0, count: tile * rows.squares.count)
      keys = [UInt64](repeating: 0, count: 2 * count + 128)
    }

    /// Searches for the queries of `part`, at most one tile.
    mutating func run(
      _ rows: NearestRows, _ all: Matrix, _ part: Range<Int>, _ querySquares: [Float],
      _ excludedRows: [Int32]
    ) {
      for (place, query) in part.enumerated() {
        for (column, index) in all.range(ofRow: query).enumerated() {
          queries[place * all.columns + column] = -2 * all.values[index]
        }
        squares[place] = querySquares[query]
        excluded[place] = excludedRows.isEmpty ? -1 : excludedRows[query]
      }
      unsafe kernel_nearest(
        queries, squares, squares.count, rows.panels, rows.squares, all.columns,
        rows.squares.count, excluded, count, &row, &keys, keys.count, &distances, &indices)
    }
  }
}
