import Compute
import Scoring
import TestSupport
import Testing

@Suite struct RowGroupsTests {
  @Test(arguments: [3, 4, 5, 20, 100, 1_000])
  func everyRowSharesItsMeanWithTwoOthers(rows: Int) async {
    let groups = await RowGroups.fit(to: planarRows(rows, columns: 4, seed: 1), workers: 2)
    var counts = [Int](repeating: 0, count: groups.count)
    for group in groups.group { counts[group] += 1 }
    #expect(counts.allSatisfy { $0 >= RowGroups.smallest })
    #expect(groups.count >= max(1, rows / 6))
  }

  @Test func tooFewRowsMakeOneGroup() async {
    let groups = await RowGroups.fit(to: planarRows(2, columns: 3, seed: 1), workers: 1)
    #expect(groups.group == [0, 0] && groups.count == 1)
  }

  @Test func groupsStayWithinTheirClusters() async {
    // Nine rows around each of four far corners, in turn.
    let jitter = Matrix.gaussian(rows: 36, columns: 2, seed: 4, stream: 0)
    var rows = Matrix(rows: 36, columns: 2)
    for row in 0..<36 {
      rows[row, 0] = Float(row % 2) * 100 + jitter[row, 0]
      rows[row, 1] = Float(row / 2 % 2) * 100 + jitter[row, 1]
    }
    let groups = await RowGroups.fit(to: rows, workers: 2)
    for (row, group) in groups.group.enumerated() {
      for (other, itsGroup) in groups.group.enumerated() where itsGroup == group {
        #expect(row % 4 == other % 4)
      }
    }
  }

  @Test func meansAreThoseOfTheMembers() async {
    let rows = planarRows(50, columns: 3, seed: 2)
    let groups = await RowGroups.fit(to: rows, workers: 2)
    let means = groups.means(of: rows)
    for group in 0..<groups.count {
      let members = (0..<50).filter { groups.group[$0] == group }
      for column in 0..<3 {
        let mean = members.reduce(0.0) { $0 + Double(rows[$1, column]) } / Double(members.count)
        #expect(abs(Double(means[group, column]) - mean) < 1e-5)
      }
    }
  }

  @Test func doNotDependOnWorkers() async {
    let rows = planarRows(700, columns: 5, seed: 3)
    let (one, three) = (
      await RowGroups.fit(to: rows, workers: 1), await RowGroups.fit(to: rows, workers: 3)
    )
    #expect(one.group == three.group)
  }
}
