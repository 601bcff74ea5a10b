import Compute
import Encoding
import TestSupport
import Testing

/// Laws of the three views, for columns that break careless formulas.
@Suite struct NumberScalerTests {
  private static let columns: [[Double]] = {
    var generator = SeededGenerator(seed: 1)
    let normal = (0..<500).map { _ in generator.normal() }
    return [
      normal, normal.map { exponential(3 * $0) }, normal.map { ($0 * 2).rounded() },
      normal.map { 1e9 + $0 }, normal.map { $0 * 1e300 }, normal.map { $0 * 1e-300 },
      normal + [1e12], [0, 1], [-.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude],
      [Double](repeating: 0, count: 400) + [1, 2, 3], normal + [.nan, .nan],
      (0..<3_000).map { Double($0 % 1_700) },
    ]
  }()

  private func scaler(_ column: [Double]) throws -> NumberScaler {
    try #require(NumberScaler.fit(to: column))
  }

  private func views(_ scaler: NumberScaler, _ value: Double) -> [Float] {
    let encoded = scaler.encode(value)
    return [encoded.standard, encoded.robust, encoded.quantile]
  }

  @Test(arguments: columns)
  func aLargerValueIsNeverEncodedAsASmallerOne(column: [Double]) throws {
    let scaler = try scaler(column)
    let present = column.filter { !$0.isNaN }
    let least = present.min() ?? 0
    let wide = (present.max() ?? 0) / 2 - least / 2
    let between = (0...60).map { least + Double($0) / 40 * wide * 2 - wide / 2 }
    let values = (present + between.filter(\.isFinite)).sorted()
    for (a, b) in zip(values, values.dropFirst()) {
      for (low, high) in zip(views(scaler, a), views(scaler, b)) {
        #expect(low <= high, "\(a) is \(low), \(b) is \(high)")
      }
    }
  }

  @Test(arguments: columns)
  func whateverComesIsFinite(column: [Double]) throws {
    let scaler = try scaler(column)
    for value in [
      0, -1, .leastNonzeroMagnitude, 1e30, 1e300, -1e300, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude, .nan,
    ] {
      #expect(views(scaler, value).allSatisfy { abs($0) <= 1e6 }, "\(value)")
    }
  }

  @Test(arguments: columns)
  func theStandardViewIsTakenBack(column: [Double]) throws {
    let scaler = try scaler(column)
    for value in column where !value.isNaN {
      let encoded = scaler.standard(value)
      guard abs(encoded) < 1e6 else { continue }
      // Single precision keeps 24 bits of what lies between the value and the mean.
      let size = max(abs(scaler.mean / 2 - value / 2) * 2, abs(value), scaler.deviation)
      #expect(abs(scaler.decode(standard: Double(encoded)) / size - value / size) < 1e-6)
    }
  }

  @Test(arguments: columns)
  func aMissingCellIsTheMedian(column: [Double]) throws {
    let scaler = try scaler(column)
    #expect(views(scaler, .nan) == views(scaler, scaler.median))
  }

  @Test(arguments: columns)
  func theOrderOfTheBaselineDoesNotMatter(column: [Double]) throws {
    #expect(try scaler(column) == scaler(column.reversed()))
  }

  /// In another unit, degrees Fahrenheit say, every view is the same.
  @Test(arguments: [(1.8, 32.0), (1e-6, 0), (1e6, -3)])
  func unitsDoNotMatter(scale: Double, offset: Double) throws {
    for column in Self.columns.prefix(3) {
      let plain = try scaler(column)
      let other = try scaler(column.map { scale * $0 + offset })
      for value in column.prefix(50) + [10, -10, .nan] {
        expectClose(
          views(other, scale * value + offset), views(plain, value), tolerance: 1e-4)
      }
    }
  }

  /// Without ties: the normal quantile of the rank, standardized.
  @Test func theQuantileViewMatchesItsFormula() throws {
    var generator = SeededGenerator(seed: 3)
    let column = (0..<101).map { _ in exponential(generator.normal()) }
    let scaler = try scaler(column)
    let sorted = column.sorted()
    let normals = (0...100).map { rank in
      max(-3.5, min(3.5, normalQuantile(min(1 - 1e-7, max(1e-7, Double(rank) / 100)))))
    }
    let moments = Moments(of: normals)
    let expected = normals.map { Float(($0 - moments.mean) / moments.deviation) }
    expectClose(sorted.map { scaler.encode($0).quantile }, expected, tolerance: 1e-5)
  }

  @Test func aColumnOfOneValueKnowsNewOnes() throws {
    for count in [1, 8, 99] {
      let scaler = try scaler([Double](repeating: 5, count: count))
      let far = Float(count + 1).squareRoot()
      expectClose(
        views(scaler, 5.001) + views(scaler, -9e9), [far, far, far, -far, -far, -far],
        tolerance: 1e-6)
      #expect(views(scaler, 5) == [0, 0, 0] && scaler.decode(standard: 3) == 5)
    }
  }

  @Test func aColumnWithoutCellsHasNoScale() {
    #expect(NumberScaler.fit(to: []) == nil && NumberScaler.fit(to: [.nan, .nan]) == nil)
  }

  /// A few sensors in a hundred report nonsense: the rest must not look alike.
  @Test func theRobustViewKeepsItsWidth() throws {
    var generator = SeededGenerator(seed: 4)
    let clean = (0..<400).map { _ in generator.normal() }
    let spoiled = try scaler(clean + [1e7, -1e8, 1e9])
    let (a, b) = (spoiled.encode(-1), spoiled.encode(1))
    #expect(abs(b.robust - a.robust - 2) < 0.3 && b.standard - a.standard < 1e-3)
    #expect(b.quantile - a.quantile > 1.5)
  }

  @Test func nearlyNoSpreadInTheMiddleIsNotBlownUp() throws {
    // The quartiles are one and the same: their distance says nothing about the width.
    let scaler = try scaler([Double](repeating: 0, count: 90) + (1...10).map { Double($0) })
    #expect(scaler.robustWidth == 1)
    expectClose(
      [scaler.encode(10).robust], [scaler.encode(10).standard - scaler.encode(0).standard],
      tolerance: 1e-5)
  }

  @Test func theModelKeepsAThousandPointsAtMost() throws {
    #expect(try scaler((0..<100_000).map { Double($0) }).knots.count == 1_000)
    #expect(try scaler([3, 1, 2]).knots == [1, 2, 3])
  }
}
