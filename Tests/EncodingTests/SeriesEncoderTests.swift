import Compute
import Encoding
import Tabular
import TestSupport
import Testing

@Suite struct SeriesEncoderTests {
  private let second: Int64 = 1_000_000_000

  private func table(_ channels: [[Double]]) -> Table {
    Table(
      columns: channels.enumerated().map {
        Column(name: "c\($0.offset)", values: .numbers($0.element))
      }, rowCount: channels[0].count)
  }

  private func schema(_ count: Int) -> Schema {
    Schema(columns: (0..<count).map { ColumnSchema(name: "c\($0)", kind: .number, role: .feature) })
  }

  private func waves(every rows: Double, height: Double) -> [Double] {
    (0..<400).map { height * sine(Double($0) / rows) }
  }

  private func encoded(_ channels: [[Double]]) throws -> Matrix {
    let table = table(channels)
    let rows = Array(0..<table.rowCount)
    return try encoder(table).segments(of: table, rows: rows, times: nil)[0].values
  }

  private func encoder(_ table: Table) throws -> SeriesEncoder {
    try SeriesEncoder.fit(to: [table], schema: schema(table.columns.count), interval: second)
  }

  @Test func channelsAreStandardized() throws {
    let table = table([(0..<50).map { Double($0) }])
    let segment = try encoder(table).segments(of: table, rows: Array(0..<50), times: nil)[0]
    let moments = segment.values.columnMoments()[0]
    #expect(abs(moments.mean) < 1e-5 && abs(moments.deviation - 1) < 1e-5)
  }

  /// Kilopascals or bars, from whatever zero: a channel says the same, and so do its neighbours.
  @Test func unitsDoNotMatter() throws {
    let jumps: [Double] = (0..<400).map { $0 == 40 ? 7 : 2 }
    let channels: [[Double]] = [waves(every: 9, height: 1), waves(every: 5, height: 3), jumps]
    var other = channels
    other[0] = channels[0].map { $0 * 1e5 + 40 }
    other[2] = channels[2].map { $0 * 1e-6 - 3 }
    let (before, after) = (try encoded(channels), try encoded(other))
    expectClose(before.values, after.values, tolerance: 1e-4)
    // A rare jump counts by its height, not by the deviation that it leaves.
    #expect(abs(before[40, 2] - before[41, 2] - 10) < 1e-3)
  }

  @Test func channelsOfOneScaleKeepIt() throws {
    let table = table([
      waves(every: 9, height: 1), waves(every: 5, height: 0.5), waves(every: 7, height: 0.01),
    ])
    let scales = try encoder(table).channels.map(\.scale)
    #expect(scales[0] > 1.5 * scales[1] && abs(scales[2] - scales[1]) < 1e-12)
  }

  @Test func aChannelThatStandsStillIsMeasuredByItsSize() throws {
    let moving = (0..<50).map { Double($0) }
    let channels = try encoder(
      table([moving, [Double](repeating: -40, count: 50), [Double](repeating: 0, count: 50)])
    ).channels
    #expect(channels[1].scale == 4 && channels[2].scale == channels[0].scale)
  }

  @Test(arguments: [1e308, Double.leastNonzeroMagnitude])
  func theLargestAndLeastNumbersHaveAUnit(size: Double) throws {
    let moving = waves(every: 9, height: 3)
    let both: [Double] = moving.indices.map { $0 % 2 == 0 ? size : -size }
    let still = [Double](repeating: size, count: moving.count)
    let table = table([moving, both, still])
    let encoder = try encoder(table)
    #expect(encoder.channels.allSatisfy { $0.scale > 0 && $0.scale.isFinite })
    let rows = Array(moving.indices)
    let values = try encoder.segments(of: table, rows: rows, times: nil)[0].values
    #expect(values.values.filter { !$0.isFinite } == [])
  }

  @Test func roundingIsNoMove() throws {
    let flipping: [Double] = (0..<400).map { $0 % 2 == 0 ? 273.15 : 273.15.nextUp }
    let values = try encoded([waves(every: 9, height: 3), flipping])
    #expect((0..<400).filter { abs(values[$0, 1]) > 0.01 } == [])
  }

  @Test func timeJumpsCutTheSeries() throws {
    let table = table([(0..<30).map { Double($0) }])
    var times = (0..<30).map { Int64($0) * second }
    for row in 10..<30 { times[row] += 5 * second }
    for row in 11..<30 { times[row] += second / 4 }
    let segments = try encoder(table).segments(of: table, rows: Array(0..<30), times: times)
    #expect(segments.map(\.rows) == [Array(0..<10), Array(10..<30)])
  }

  @Test func aGroupKeepsItsOwnRows() throws {
    let table = table([(0..<30).map { Double($0) }])
    let odd = stride(from: 1, to: 30, by: 2).map { $0 }
    let segments = try encoder(table).segments(of: table, rows: odd, times: nil)
    #expect(segments.map(\.rows) == [odd])
  }

  @Test func shortHolesAreBridgedAndLongOnesMeetTheMean() throws {
    var values = (0..<60).map { Double($0) }
    (values[10], values[11]) = (.nan, .nan)
    for row in 30..<45 { values[row] = .nan }
    values[59] = .nan
    let table = table([values])
    let encoder = try encoder(table)
    let segment = try encoder.segments(of: table, rows: Array(0..<60), times: nil)[0]
    expectClose(
      [10, 11, 59].map { Float(encoder.decode(segment.values[$0, 0], channel: 0)) }, [10, 11, 58],
      tolerance: 1e-4)
    #expect(segment.values[35, 0] == 0)
    #expect(
      segment.filled.indices.filter { segment.filled[$0] } == [10, 11] + Array(30..<45) + [59])
  }

  @Test func extremeValuesAreCut() throws {
    let table = table([(0..<30).map { Double($0) }])
    let encoder = try encoder(table)
    let wild = self.table([[1e308, -1e308, 3]])
    let segment = try encoder.segments(of: wild, rows: [0, 1, 2], times: nil)[0]
    #expect(segment.values.values.prefix(2) == [100, -100])
  }
}
