import Compute
import TestSupport
import Testing

/// Random numbers with addresses.
@Suite struct RandomStreamTests {
  @Test(arguments: [0, 1, 5, 1_000])
  func skippingIsDrawingWithoutLooking(count: Int) {
    var (drawn, skipped) = (RandomStream(seed: 3, stream: 1), RandomStream(seed: 3, stream: 1))
    for _ in 0..<count { _ = drawn.next() }
    skipped.skip(count)
    #expect(drawn.next() == skipped.next())
  }

  @Test func addressesAreIndependent() {
    var seen: Set<UInt64> = []
    for seed in 0..<40 as Range<UInt64> {
      for stream in 0..<40 as Range<UInt64> {
        var numbers = RandomStream(seed: seed, stream: stream)
        for _ in 0..<4 { seen.insert(numbers.next()) }
      }
    }
    #expect(seen.count == 40 * 40 * 4)
  }

  @Test(arguments: [1, 2, 3, 10, 1_000])
  func indicesFillTheirRangeEvenly(bound: Int) {
    var stream = RandomStream(seed: 5)
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<200 * bound { counts[stream.index(below: bound)] += 1 }
    // Six deviations of a count of mean 200.
    #expect(counts.allSatisfy { abs(Double($0) - 200) < 6 * 200.0.squareRoot() })
  }

  @Test func sharesLieInTheirRangeEvenly() {
    var stream = RandomStream(seed: 6)
    let shares = (0..<20_000).map { _ in stream.uniform() }
    let moments = Moments(of: shares)
    #expect(shares.allSatisfy { (0..<1).contains($0) })
    #expect(abs(moments.mean - 0.5) < 0.01 && abs(moments.variance - 1 / 12.0) < 0.005)
  }

  /// Every index has the same chance to be drawn.
  @Test func samplesAreEven() {
    var counts = [Int](repeating: 0, count: 12)
    for seed in 0..<3_000 as Range<UInt64> {
      var stream = RandomStream(seed: seed, stream: 9)
      for index in stream.sample(4, of: 12) { counts[index] += 1 }
    }
    #expect(counts.reduce(0, +) == 12_000)
    #expect(counts.allSatisfy { abs($0 - 1_000) < 160 }, "\(counts)")
  }

  /// What tests draw from: the published outputs of SplitMix64 for the seed 1234567.
  @Test func theGeneratorOfTestsIsSplitMix64() {
    var generator = SeededGenerator(seed: 1_234_567)
    let published: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect(published.allSatisfy { $0 == generator.next() })
  }

  @Test func theGeneratorOfTestsDrawsNormalNumbers() {
    var generator = SeededGenerator(seed: 2)
    let moments = Moments(of: (0..<50_000).map { _ in generator.normal() })
    #expect(abs(moments.mean) < 0.02 && abs(moments.deviation - 1) < 0.02)
    #expect((0..<1_000).allSatisfy { _ in (0..<7).contains(generator.index(below: 7)) })
    #expect((0..<1_000).map { _ in generator.uniform() }.allSatisfy { $0 > 0 && $0 < 1 })
  }

  @Test(arguments: [0.0, 0.1, 0.37, 0.5, 1])
  func quantilesLieBetweenTheirNeighbors(share: Double) {
    var generator = SeededGenerator(seed: 7)
    for count in [1, 2, 3, 50] {
      let sorted = (0..<count).map { _ in generator.normal() * 1e300 }.sorted()
      let value = quantile(ofSorted: sorted, share)
      let below = sorted.count { $0 < value }
      #expect((sorted[0]...sorted[count - 1]).contains(value))
      #expect(Double(below) <= share * Double(count - 1) + 1)
    }
  }
}
