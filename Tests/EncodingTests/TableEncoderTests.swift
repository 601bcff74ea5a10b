import Compute
import Encoding
import Tabular
import TestSupport
import Testing

@Suite struct TableEncoderTests {
  private func schema(_ columns: [Column]) -> Schema {
    Schema(
      columns: columns.map { column in
        if case .categories = column.values {
          return ColumnSchema(name: column.name, kind: .category, role: .feature)
        }
        return ColumnSchema(name: column.name, kind: .number, role: .feature)
      })
  }

  private func encode(_ baseline: [Column], _ test: [Column]) throws -> (TableEncoder, [Matrix]) {
    let table = Table(columns: baseline, rowCount: baseline[0].values.count)
    let encoder = try TableEncoder.fit(to: table, schema: schema(baseline))
    return (
      encoder, try encoder.encode(Table(columns: test, rowCount: test[0].values.count))
    )
  }

  private let ramp = (0..<101).map { Double($0) }

  @Test func standardViewHasMeanZeroAndDeviationOne() throws {
    let column = Column(name: "x", values: .numbers(ramp))
    let (_, views) = try encode([column], [column])
    for view in views {
      let moments = view.columnMoments()[0]
      #expect(abs(moments.mean) < 1e-4 && moments.deviation > 0.5 && moments.deviation < 1.5)
    }
    #expect(abs(views[0].columnMoments()[0].deviation - 1) < 1e-4)
    #expect(abs(views[2].columnMoments()[0].deviation - 1) < 1e-3)
  }

  @Test func robustViewIsNotSqueezedByOneLargeValue() throws {
    let baseline = Column(name: "x", values: .numbers(ramp + [1e6]))
    let (_, views) = try encode([baseline], [Column(name: "x", values: .numbers([25, 75]))])
    #expect(abs(views[0][1, 0] - views[0][0, 0]) < 0.01)
    #expect((1.2...1.5).contains(views[2][1, 0] - views[2][0, 0]), "quartiles are 1.35 apart")
  }

  @Test func quantileViewGoesOnBeyondTheRange() throws {
    let (_, views) = try encode(
      [Column(name: "x", values: .numbers(ramp))],
      [Column(name: "x", values: .numbers([100, 150, 200, -50]))])
    let view = views[2].values
    #expect(view[0] < view[1] && view[1] < view[2] && view[3] < -view[0])
    expectClose([view[2] - view[1]], [Float(50 / 29.154759)], tolerance: 1e-3)
  }

  @Test func tiesGetTheirMiddleRank() throws {
    let column = Column(
      name: "x", values: .numbers([Double](repeating: 0, count: 50) + ramp.prefix(50)))
    let (_, views) = try encode([column], [Column(name: "x", values: .numbers([0, 1e-9]))])
    // The 51 zeros span ranks 0 to 1/2: normal quantile of 1/4, before standardizing.
    #expect(views[2][0, 0] < views[2][1, 0] && views[2][0, 0] < -0.4)
  }

  @Test func aNewValueInAConstantColumnLiesFarOut() throws {
    let (_, views) = try encode(
      [Column(name: "c", values: .numbers([Double](repeating: 7, count: 99)))],
      [Column(name: "c", values: .numbers([7, 7.5, -1e300, .nan]))])
    for view in views { #expect(view.values == [0, 10, -10, 0]) }
  }

  @Test func missingCellsAreMarkedWhereTheBaselineHadSome() throws {
    let gaps = ramp.map { $0 == 3 ? Double.nan : $0 }
    let (encoder, views) = try encode(
      [Column(name: "x", values: .numbers(gaps))],
      [Column(name: "x", values: .numbers([.nan, 50]))])
    #expect(encoder.featureCount == 2)
    #expect(views[0][0, 1] == 1 && views[0][1, 1] == 0 && abs(views[0][0, 0]) < 0.1)
  }

  @Test func categoriesAreOneHotAndUnseenLevelsLieFurther() throws {
    let codes = (0..<40).map { Int32($0 % 2) }
    let (encoder, views) = try encode(
      [Column(name: "k", values: .categories(codes: codes, levels: ["a", "b"]))],
      [Column(name: "k", values: .categories(codes: [0, 1, 2, -1], levels: ["b", "c", "a"]))])
    #expect(encoder.featureCount == 4)
    #expect(Array(views[0].row(0)) == [0, 1, 0, 0])
    #expect(Array(views[0].row(1)) == [0, 0, 0, 4])
    #expect(Array(views[0].row(2)) == [1, 0, 0, 0])
    #expect(Array(views[0].row(3)) == [0, 0, 0, 4])
  }

  @Test func levelsAreComparedByteByByte() throws {
    let codes = (0..<40).map { Int32($0 % 2) }
    let (encoder, views) = try encode(
      [Column(name: "k", values: .categories(codes: codes, levels: ["\u{e9}", "e\u{301}"]))],
      [Column(name: "k", values: .categories(codes: [0], levels: ["e\u{301}"]))])
    #expect(encoder.featureCount == 4 && Array(views[0].row(0)) == [0, 1, 0, 0])
  }

  @Test(arguments: [1e300, -1e300, 1e-307, .greatestFiniteMagnitude])
  func anyFiniteNumberIsEncodedFinite(value: Double) throws {
    let wide = ramp.map { $0 * 1e306 }
    for baseline in [ramp, wide, ramp.map { $0 * 1e-300 }] {
      let (_, views) = try encode(
        [Column(name: "x", values: .numbers(baseline))],
        [Column(name: "x", values: .numbers([value]))])
      #expect(views.allSatisfy { $0.values.allSatisfy { $0.isFinite } })
    }
  }

  @Test func refusalsSayWhatToDo() {
    let few = Column(name: "x", values: .numbers([1, 2, 3]))
    let empty = Column(name: "gone", values: .numbers([Double](repeating: .nan, count: 30)))
    let levels = (0...1_000).map { "l\($0)" }
    let many = Column(
      name: "id", values: .categories(codes: (0...1_000).map { Int32($0) }, levels: levels))
    for (column, message) in [
      (few, "found 3 baseline rows, but at least 20 are needed to learn what is normal"),
      (
        empty, "column gone: every cell is missing in the baseline; leave it out with --ignore gone"
      ),
      (
        many,
        "column id: found 1001 different texts, but at most 1000 are taken as a category; "
          + "leave it out with --ignore id"
      ),
    ] {
      let error = #expect(throws: EncodingError.self) { _ = try encode([column], [column]) }
      #expect(error?.description == message)
    }
  }

  @Test func numbersDecodeToWhatWasEncoded() throws {
    let scaler = try #require(NumberScaler.fit(to: ramp))
    for value in [-5.0, 0, 33.25, 400] {
      #expect(abs(scaler.decode(standard: Double(scaler.encode(value).standard)) - value) < 1e-3)
    }
  }
}
