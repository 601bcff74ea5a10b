import Compute
import TestSupport
import Testing

@Suite struct NearestRowsTests {
  private let rows = Matrix.gaussian(rows: 1500, columns: 6, seed: 1, stream: 0)
  private let queries = Matrix.gaussian(rows: 16, columns: 6, seed: 2, stream: 0)

  private func distances(_ query: Int) -> [Double] {
    (0..<rows.rows).map { row in
      zip(queries.row(query), rows.row(row)).reduce(0.0) {
        $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
      }
    }
  }

  private func sorted(_ query: Int, excluding: Int = -1) -> [Int32] {
    let distances = distances(query)
    let order = distances.indices.sorted { distances[$0] < distances[$1] }
    return order.filter { $0 != excluding }.map { Int32($0) }
  }

  /// Rows whose distances differ by less than the rounding may change places.
  @Test(arguments: [1, 5, 64, 300])
  func findsWhatSortingFinds(count: Int) {
    let found = NearestRows(rows).neighbors(of: queries, count: count)
    for query in 0..<16 {
      let all = distances(query)
      let reached = found.indices(of: query).map { Float(all[Int($0)]) }
      expectClose(reached, all.sorted().prefix(count).map { Float($0) }, tolerance: 1e-5)
      #expect(Set(found.indices(of: query)).count == count)
      let places = query * count..<(query + 1) * count
      expectClose(Array(found.squaredDistances[places]), reached, tolerance: 1e-5)
    }
  }

  /// Groups in any place, of any width; an outlier of 1e6 in one must not blur the distances without.
  @Test(arguments: [[0..<1, 3..<5], [2..<6], [1..<2], []])
  func leavingGroupsOutMatchesSorting(groups: [Range<Int>]) {
    var query = Array(queries.row(3))
    if let group = groups.first { query[group.lowerBound] = 1e6 }
    let found = NearestRows(rows).neighbors(of: query, without: groups, count: 10)
    #expect(found.count == groups.count + 1)
    for (group, neighbors) in zip(groups.prefix(1), found) {
      let distances = (0..<rows.rows).map { row in
        (0..<6).filter { !group.contains($0) }.reduce(Float(0)) { sum, column in
          sum + (query[column] - rows[row, column]) * (query[column] - rows[row, column])
        }
      }
      let order = distances.indices.sorted { distances[$0] < distances[$1] }.prefix(10)
      #expect(neighbors.indices == order.map { Int32($0) })
      let mean = order.reduce(Float(0)) { $0 + distances[$1] } / 10
      expectClose([neighbors.meanSquare], [mean], tolerance: 1e-5)
    }
    let all = NearestRows(rows).neighbors(of: queries, count: 10)
    let whole = NearestRows(rows).neighbors(
      of: Array(queries.row(3)), without: groups, count: 10)[groups.count]
    #expect(Set(whole.indices) == Set(all.indices(of: 3)))
  }

  @Test(arguments: [1, 64, 300])
  func tellsEqualRowsApartByTheirPlace(count: Int) {
    let same = Matrix(rows: 3000, columns: 4, repeating: 1)
    let found = NearestRows(same).neighbors(
      of: Matrix(rows: 16, columns: 4, repeating: 2), count: count)
    for query in 0..<16 { #expect(found.indices(of: query).elementsEqual(0..<Int32(count))) }
  }

  @Test func keepsUpWhenEveryRowIsNearerThanTheLast() {
    let values = (0..<5000).map { Float(5000 - $0) }
    let found = NearestRows(Matrix(rows: 5000, columns: 1, values: values)).neighbors(
      of: Matrix(rows: 16, columns: 1), count: 64)
    for query in 0..<16 {
      #expect(found.indices(of: query).elementsEqual((4936..<5000).reversed()))
    }
  }

  @Test func staysWithinItsRowsWhenNothingIsFinite() {
    let far = Matrix(rows: 2000, columns: 2, repeating: 3e38)
    let found = NearestRows(far).neighbors(
      of: Matrix(rows: 16, columns: 2, repeating: -3e38), count: 20)
    #expect(found.indices(of: 0).allSatisfy { (0..<2000).contains($0) })
  }

  @Test func doesNotSeeTheExcludedRow() {
    let nearest = (0..<16).map { sorted($0)[0] }
    let found = NearestRows(rows).neighbors(of: queries, count: 3, excluding: nearest)
    for query in 0..<16 {
      let expected = sorted(query, excluding: Int(nearest[query])).prefix(3)
      #expect(Array(found.indices(of: query)) == Array(expected))
    }
  }

  @Test func aRowFindsTheSameNeighborsAtAnyPlace() {
    let search = NearestRows(rows)
    let whole = search.neighbors(of: queries, count: 8)
    let turned = search.neighbors(
      of: queries.selecting(rows: (0..<16).reversed()), count: 8)
    for query in 0..<16 {
      #expect(whole.indices(of: query).elementsEqual(turned.indices(of: 15 - query)))
    }
  }
}
