import Calibration
import TestSupport
import Testing

@Suite struct BetaDistributionTests {
  @Test(arguments: try Golden.load().betaQuantiles)
  func quantilesAgreeWithTheReference(golden: Golden.Beta) {
    let quantile = BetaDistribution(a: golden.a, b: golden.b).quantile(golden.p)
    #expect(isClose(quantile, golden.x, relative: 1e-8))
  }

  @Test(arguments: try Golden.load().incompleteBeta)
  func cumulativeAgreesWithTheReference(golden: Golden.Beta) {
    let probability = BetaDistribution(a: golden.a, b: golden.b).cumulative(golden.x)
    #expect(abs(probability - golden.p) <= 1e-9)
  }

  @Test func cumulativeStaysInItsRange() {
    let beta = BetaDistribution(a: 2, b: 3)
    #expect(beta.cumulative(-1) == 0 && beta.cumulative(0) == 0)
    #expect(beta.cumulative(1) == 1 && beta.cumulative(2) == 1)
  }
}

@Suite struct RateIntervalTests {
  @Test(arguments: try Golden.load().clopperPearson)
  func clopperPearsonAgreesWithTheReference(golden: Golden.ClopperPearson) {
    let interval = RateInterval.clopperPearson(hits: golden.hits, of: golden.count)
    #expect(isClose(interval.low, golden.low, relative: 1e-8))
    #expect(isClose(interval.high, golden.high, relative: 1e-8))
  }

  @Test func conformalIntervalIsTheBetaOfItsRank() {
    let interval = RateInterval.conformal(expected: 10.0 / 1001, count: 1000)
    let beta = BetaDistribution(a: 10, b: 991)
    #expect(isClose(interval.low, beta.quantile(0.025), relative: 1e-9))
    #expect(isClose(interval.high, beta.quantile(0.975), relative: 1e-9))
  }

  @Test func fewerBlocksWidenTheInterval() {
    let rows = RateInterval.conformal(expected: 0.01, count: 2000)
    let blocks = RateInterval.conformal(expected: 0.01, count: 40)
    #expect(blocks.low < rows.low && blocks.high > rows.high)
  }
}
