import Calibration
import Foundation
import TestSupport
import Testing

@Suite struct GeneralizedParetoTests {
  @Test(arguments: try Golden.load().pareto)
  func momentsAgreeWithTheReference(golden: Golden.Pareto) throws {
    let fit = try #require(GeneralizedPareto.moments(of: golden.excesses))
    #expect(abs(fit.shape - golden.moments.shape) <= 1e-9)
    #expect(isClose(fit.scale, golden.moments.scale, relative: 1e-9))
  }

  @Test(arguments: try Golden.load().pareto)
  func likelihoodAgreesWithTheReference(golden: Golden.Pareto) throws {
    let fit = try #require(GeneralizedPareto.maximumLikelihood(of: golden.excesses))
    #expect(abs(fit.shape - golden.likelihood.shape) <= 1e-5)
    #expect(isClose(fit.scale, golden.likelihood.scale, relative: 1e-5))
  }

  @Test(arguments: try Golden.load().pareto)
  func quantilesAgreeWithTheReference(golden: Golden.Pareto) {
    for (index, probability) in golden.survival.enumerated() {
      let (likelihood, moments) = (golden.likelihood, golden.moments)
      let expected = (golden.likelihoodQuantiles[index], golden.momentsQuantiles[index])
      #expect(isClose(likelihood.excess(survival: probability), expected.0, relative: 1e-9))
      #expect(isClose(moments.excess(survival: probability), expected.1, relative: 1e-9))
      #expect(isClose(likelihood.survival(expected.0), probability, relative: 1e-9))
    }
  }

  @Test func scalingTheExcessesScalesTheFits() throws {
    let excesses = try #require(try Golden.load().pareto.first?.excesses)
    for factor in [1e-20, 1e20] {
      let scaled = excesses.map { $0 * factor }
      let plain = try #require(GeneralizedPareto.maximumLikelihood(of: excesses))
      let fit = try #require(GeneralizedPareto.maximumLikelihood(of: scaled))
      #expect(abs(fit.shape - plain.shape) < 1e-5)
      #expect(isClose(fit.scale, plain.scale * factor, relative: 1e-5))
    }
  }

  @Test func exponentialIsTheLimitOfShapeZero() {
    let (limit, near) = (
      GeneralizedPareto(shape: 0, scale: 2), GeneralizedPareto(shape: 1e-9, scale: 2)
    )
    #expect(isClose(limit.survival(6), exp(-3), relative: 1e-14))
    #expect(isClose(near.survival(6), limit.survival(6), relative: 1e-7))
    #expect(GeneralizedPareto(shape: -0.5, scale: 2).end == 4)
    #expect(GeneralizedPareto(shape: -0.5, scale: 2).survival(5) == 0)
  }

  @Test func refusesWhatHasNoSpread() {
    #expect(GeneralizedPareto.moments(of: []) == nil)
    #expect(GeneralizedPareto.moments(of: [1]) == nil)
    #expect(GeneralizedPareto.moments(of: [2, 2, 2, 2]) == nil)
    #expect(GeneralizedPareto.maximumLikelihood(of: []) == nil)
    #expect(GeneralizedPareto.maximumLikelihood(of: [0, 0]) == nil)
  }
}

@Suite struct TailModelTests {
  @Test(arguments: [UInt64(1), 2, 3, 4], [1e-3, 1e-4])
  func estimatesRatesBeyondTheScores(seed: UInt64, rate: Double) throws {
    var draws = SeededGenerator(seed: seed)
    let options = CalibrationOptions(method: .evt, rate: rate)
    let calibration = try Calibration.fit(to: draws.exponential(3000), options: options)
    let actual = exp(-Double(calibration.threshold.value))
    #expect(calibration.summary.footing == .tailModel)
    #expect(actual > rate / 4 && actual < rate * 4)
  }

  @Test func warnsWhenTheFitsDisagree() throws {
    // A heavy tail of few scores asked far beyond them.
    var draws = SeededGenerator(seed: 11)
    let scores = (0..<60).map { _ in Float(pow(draws.uniform(), -2)) }
    let options = CalibrationOptions(method: .evt, rate: 1e-6)
    let warnings = try Calibration.fit(to: scores, options: options).summary.warnings
    let isDoubtful = warnings.contains {
      if case .fitsDisagree(_, _, let factor) = $0 { factor > 2 } else { false }
    }
    #expect(isDoubtful)
  }
}
