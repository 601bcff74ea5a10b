import Compute
import Diffusion
import TestSupport
import Testing

@Suite struct PrototypesTests {
  private static let rows = planarRows(400, columns: 3, seed: 1)

  private func fit(_ count: Int, seed: UInt64 = 0) -> Prototypes {
    Prototypes.fit(to: Self.rows, count: count, seed: seed)
  }

  private func posterior(_ prototypes: Prototypes, _ rows: Matrix, sigma: Float) -> Matrix {
    prototypes.posteriorMean(of: rows, sigmas: [Float](repeating: sigma, count: rows.rows))
  }

  /// Which center is nearest to each row, by a plain loop.
  private func nearest(_ rows: Matrix, _ centers: Matrix) -> [(center: Int, distance: Float)] {
    (0..<rows.rows).map { row in
      let distances = (0..<centers.rows).map { center in
        zip(rows.row(row), centers.row(center)).reduce(Float(0)) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
      }
      let least = distances.indices.min { distances[$0] < distances[$1] } ?? 0
      return (least, distances[least])
    }
  }

  /// None of them is a baseline row, which a model without rows must not hold.
  @Test(arguments: [2, 20, 120])
  func everyCenterStandsForSeveralRows(count: Int) {
    let prototypes = fit(count)
    #expect((1...count).contains(prototypes.centers.rows))
    let own = Set((0..<400).map { Array(Self.rows.row($0)) })
    for center in 0..<prototypes.centers.rows {
      #expect(!own.contains(Array(prototypes.centers.row(center))))
    }
  }

  @Test func moreCentersAreNearer() {
    let spreads = [1, 5, 40].map { count in
      let centers = fit(count).centers
      return nearest(Self.rows, centers).reduce(Float(0)) { $0 + $1.distance }
    }
    #expect(spreads[0] > 2 * spreads[1] && spreads[1] > 2 * spreads[2], "\(spreads)")
  }

  @Test func theSpreadIsThatAroundTheMeanForOneCenter() {
    let one = fit(1)
    expectClose(one.centers.values, Self.rows.columnMeans(), tolerance: 1e-5)
    let variance = Self.rows.columnMoments().reduce(0) { $0 + $1.variance } / 3
    expectClose([one.variance], [Float(variance)], tolerance: 1e-3)
  }

  @Test func aSeedRepeatsThem() {
    #expect(fit(20) == fit(20) && fit(20) != fit(20, seed: 1))
  }

  @Test(arguments: [1e-3, 0.3, 3, 1e3] as [Float])
  func thePosteriorMeanLiesAmongTheCenters(sigma: Float) {
    let prototypes = fit(30)
    let noised = Matrix.gaussian(rows: 50, columns: 3, seed: 4, stream: 0)
    let mean = posterior(prototypes, noised, sigma: sigma)
    for column in 0..<3 {
      let centers = (0..<prototypes.centers.rows).map { prototypes.centers[$0, column] }
      let range = (centers.min() ?? 0) - 1e-4...(centers.max() ?? 0) + 1e-4
      #expect((0..<50).allSatisfy { range.contains(mean[$0, column]) })
    }
  }

  @Test func withoutNoiseAndSpreadItIsTheNearestAndUnderMuchTheirMean() {
    let prototypes = Prototypes(centers: fit(30).centers, variance: 1e-6)
    let rows = Self.rows.selecting(rows: Array(0..<20))
    let near = posterior(prototypes, rows, sigma: 1e-2)
    for (row, found) in nearest(rows, prototypes.centers).enumerated() {
      expectClose(
        Array(near.row(row)), Array(prototypes.centers.row(found.center)), tolerance: 0.05)
    }
    let far = posterior(prototypes, rows, sigma: 1e4)
    expectClose(Array(far.row(3)), prototypes.centers.columnMeans(), tolerance: 1e-3)
  }

  @Test(arguments: [1, 2, 3, 4])
  func fewRowsHaveFewCenters(rows: Int) {
    let few = Self.rows.selecting(rows: Array(0..<rows))
    let prototypes = Prototypes.fit(to: few, count: 10, seed: 0)
    #expect((1...rows).contains(prototypes.centers.rows))
    #expect(prototypes.centers.values.allSatisfy(\.isFinite) && prototypes.variance.isFinite)
  }
}
