import Compute
import Diffusion
import Foundation
import Scoring
import TestSupport
import Testing

@Suite struct ShortSegmentTests {
  /// What is added to a segment is where the window's distance is least: no step in any of its
  /// values makes it smaller.
  @Test(arguments: [(1, true, 1), (3, true, 1), (7, true, 1), (1, false, 2), (5, false, 2)])
  func whatContinuesASegmentAddsNothingToItsDistance(rows: Int, centers: Bool, channels: Int) {
    let sample = Matrix.gaussian(rows: 400, columns: 8 * channels, seed: 3, stream: 0)
    let gaussian = WindowGaussian.fit(to: correlated(sample))
    let denoiser = WindowGaussianDenoiser(gaussian, at: .relative(0.1), centersWindows: centers)
    let known = Matrix.gaussian(rows: rows, columns: channels, seed: 5, stream: 0)
    let window = denoiser.continued(known.values)
    #expect(window.prefix(known.values.count) == known.values[...])
    let least = distance(window, denoiser)
    for index in known.values.count..<window.count {
      for step: Float in [-0.05, 0.05] {
        var other = window
        other[index] += step
        #expect(distance(other, denoiser) > least)
      }
    }
  }

  /// Squared length of the whitened residual, written out.
  private func distance(_ window: [Float], _ denoiser: WindowGaussianDenoiser) -> Double {
    let level =
      denoiser.centersWindows
      ? window.reduce(0) { $0 + Double($1) } / Double(window.count) : 0
    let centered = zip(window, denoiser.mean).map { Double($0) - level - Double($1) }
    return window.indices.reduce(0) { total, row in
      let residual = window.indices.reduce(0.0) {
        $0 + Double(denoiser.whitening[row, $1]) * centered[$1]
      }
      return total + residual * residual
    }
  }

  /// Every value leans on the one before it.
  private func correlated(_ noise: Matrix) -> Matrix {
    var values = noise
    for row in 0..<values.rows {
      for column in 1..<values.columns { values[row, column] += 0.8 * values[row, column - 1] }
    }
    return values
  }

  /// A wave that leans: backwards it would be an anomaly.
  private static func leaning(_ rows: Int, seed: UInt64) -> Matrix {
    var wave = Matrix.gaussian(rows: rows, columns: 1, seed: seed, stream: 0)
    for row in 0..<rows {
      let angle = 2 * Double.pi * Double(row) / 25
      wave.values[row] = Float(sin(angle) - 0.5 * sin(2 * angle)) + 0.1 * wave.values[row]
    }
    return wave
  }

  /// Scorers of so many leaning rows.
  private static let fits = Shared<Int, SeriesFit> { rows in
    var options = SeriesScorerOptions()
    (options.trainsNetwork, options.window) = (false, 40)
    return await SeriesScorer.fit(
      to: [leaning(rows, seed: 1)], filled: [[]], distinct: [3], options: options, workers: 2)
  }

  @Test func normalPiecesAreAsNormalAsTheWhole() async {
    let fit = await Self.fits(2_000)
    let limit = fit.calibrationScores.joined().sorted()[1_980]
    let whole = Self.leaning(2_000, seed: 2)
    let usual = await fit.scorer.scores(for: whole, explains: false, workers: 1).scores
    for length in [13, 30, 70] {
      let pieces = stride(from: 0, through: 2_000 - length, by: 90)
      var (flagged, flaggedInWhole, total) = (0, 0, 0)
      for start in pieces {
        let piece = whole.padded(rows: start..<start + length, to: length)
        let scores = await fit.scorer.scores(for: piece, explains: false, workers: 1).scores
        flagged += scores.count { $0 > limit }
        flaggedInWhole += usual[start..<start + length].count { $0 > limit }
        total += length
      }
      #expect(flagged <= flaggedInWhole + total / 50, "\(flagged) of \(total), length \(length)")
    }
  }

  /// Of many channels those that stand out count, which normal rows do more than one channel alone.
  @Test func whatAShortSegmentOfManyChannelsLacksIsAsUsual() async {
    var options = SeriesScorerOptions()
    (options.trainsNetwork, options.parts) = (false, [.channels])
    let fit = await SeriesScorer.fit(
      to: [Matrix.gaussian(rows: 1_200, columns: 10, seed: 1, stream: 0)], filled: [[]],
      distinct: Array(repeating: 3, count: 10), options: options, workers: 2)
    let part = fit.scorer.parts[0]
    let piece = Matrix.gaussian(rows: 3, columns: 10, seed: 2, stream: 0)
    let scores = await fit.scorer.scores(for: piece, explains: false, workers: 1).scores
    #expect(part.usual > 1.3 * log(2) && part.scale.surprise(part.usual) > 0.3)
    for score in scores { #expect(abs(score - part.scale.surprise(part.usual)) < 0.5, "\(score)") }
  }

  /// Where no forecast reaches, what is expected comes from the rows around.
  @Test func theFirstRowsAreNotExpectedToBeWhatTheyAre() async {
    let fit = await Self.fits(2_000)
    var series = Self.leaning(300, seed: 2)
    let truth = series.values[10]
    series.values[10] += 3
    let result = await fit.scorer.scores(for: series, explains: true, workers: 1)
    #expect(abs(result.expected.values[10] - truth) < 0.5)
  }

  @Test func whatLiesBeyondTheEndsCountsInTheAverage() {
    let smooth = smoothed([0, 0, 0], tau: 1, outside: 1)
    let share = Float(exp(-1.0))
    // Weights: 1 and share / (1 - share) on either side.
    let expected = (share + pow(share, 3)) / (1 + share)
    #expect(abs(smooth[0] - expected) < 1e-6 && smooth[1] < smooth[0])
    #expect(smoothed([1, 1], tau: 3, outside: 1).allSatisfy { abs($0 - 1) < 1e-6 })
  }
}
