import Compute
import Diffusion
import TestSupport
import Testing

@Suite struct SharedNoiseTests {
  private let noise = SharedNoise(features: 4, seed: 5)

  /// All rows get the same noise, of the size that is asked for.
  @Test func noisedSamplesAreSamplesPlusSigmaTimesNoise() {
    let samples = Matrix.gaussian(rows: 3, columns: 4, seed: 1, stream: 0)
    let noised = noise.noised(samples, sigma: 0.4, level: 1, draw: 2)
    let drawn = noise.draw(2, level: 1)
    for row in 0..<3 {
      expectClose(
        Array(noised.row(row)), zip(samples.row(row), drawn).map { $0 + 0.4 * $1 },
        tolerance: 1e-6)
    }
  }

  @Test func everySecondDrawIsTheOppositeOfTheOneBefore() {
    #expect(noise.draw(1, level: 0) == noise.draw(0, level: 0).map { -$0 })
    #expect(noise.draw(2, level: 0) != noise.draw(0, level: 0))
    #expect(noise.draw(0, level: 1) != noise.draw(0, level: 0))
    #expect(SharedNoise(features: 4, seed: 6).draw(0, level: 0) != noise.draw(0, level: 0))
  }

  @Test func levelsOfTrainingAreLogUniform() {
    let range = NoiseRange(0.02, 3)
    let levels = [0, 0.5, 1].map { (share: Double) in range.sigma(at: share) }
    expectClose(levels, [0.02, Float(0.06).squareRoot(), 3], tolerance: 1e-5)
  }

  @Test func embeddingsOfNearLevelsAreNear() {
    let embedding = NoiseEmbedding(features: 16)
    let (a, b, c) = (embedding(sigma: 0.1), embedding(sigma: 0.101), embedding(sigma: 1))
    #expect(a.count == 16 && a.allSatisfy { abs($0) <= 1 })
    let near = zip(a, b).map { abs($0 - $1) }.max() ?? 1
    let far = zip(a, c).map { abs($0 - $1) }.max() ?? 0
    #expect(near < 0.05 && far > 0.5)
  }
}
