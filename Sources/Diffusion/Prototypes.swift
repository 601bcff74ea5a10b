package import Compute

/// A few hundred means of several rows each that stand for the baseline: its compact, private
/// summary, and a closed-form denoiser of their own.
package struct Prototypes: Sendable, Equatable {
  /// `[prototypes, features]`.
  package let centers: Matrix
  /// Mean squared deviation of a baseline row from its center, per feature.
  package let variance: Float
  private let squares: [Float]
  /// Rows of which a center is the mean, at least.
  private static let fewestRows = 3

  package init(centers: Matrix, variance: Float) {
    (self.centers, self.variance, squares) = (centers, variance, centers.rowSquares())
  }

  /// Lloyd's k-means from randomly chosen rows; centers of fewer than three rows are dropped in the
  /// end, and their rows go to the others.
  ///
  /// * `samples`: `[samples, features]`, at least one.
  /// * `count`: prototypes wanted; at most one for each sample.
  package static func fit(to samples: Matrix, count: Int, iterations: Int = 8, seed: UInt64)
    -> Prototypes
  {
    var stream = RandomStream(seed: seed, stream: 0x6b6d)
    var centers = samples.selecting(rows: stream.sample(min(count, samples.rows), of: samples.rows))
    for _ in 2..<max(2, iterations) { (centers, _, _) = moved(centers, over: samples) }
    let counts = moved(centers, over: samples).counts
    let enough = min(fewestRows, counts.max() ?? 0)
    let shared = counts.indices.filter { counts[$0] >= enough }
    let (means, _, spread) = moved(centers.selecting(rows: shared), over: samples)
    return Prototypes(
      centers: means, variance: spread / Float(samples.columns * max(1, samples.rows)))
  }

  /// The means of the rows nearest to each center (an empty one stays), how many these are, and the
  /// sum of squared distances before the move.
  private static func moved(_ centers: Matrix, over samples: Matrix) -> (
    means: Matrix, counts: [Int], spread: Float
  ) {
    let search = NearestRows(centers)
    var sums = [Double](repeating: 0, count: centers.values.count)
    var counts = [Int](repeating: 0, count: centers.rows)
    var spread = 0.0
    for start in stride(from: 0, to: samples.rows, by: 256) {
      let range = start..<min(samples.rows, start + 256)
      let found = search.neighbors(of: samples.padded(rows: range, to: range.count), count: 1)
      for (offset, row) in range.enumerated() {
        let center = Int(found.indices[offset])
        counts[center] += 1
        spread += Double(max(0, found.squaredDistances[offset]))
        for column in 0..<samples.columns {
          sums[center * samples.columns + column] +=
            Double(samples.values[row * samples.columns + column])
        }
      }
    }
    var next = centers
    for center in 0..<centers.rows where counts[center] > 0 {
      for index in centers.range(ofRow: center) {
        next.values[index] = Float(sums[index] / Double(counts[center]))
      }
    }
    return (next, counts, Float(spread))
  }

  /// Σ w c with w = softmax(-|x - c|² / 2(σ² + variance)), `[batch, features]`.
  ///
  /// * `sigmas`: the noise level of each row.
  package func posteriorMean(of noised: Matrix, sigmas: [Float]) -> Matrix {
    var weights = Matrix(rows: noised.rows, columns: centers.rows)
    multiply(noised, centers, into: &weights, transposed: .right)
    posteriorWeights(
      &weights, centerSquares: squares, scales: sigmas.map { 0.5 / ($0 * $0 + variance) })
    var mean = Matrix(rows: noised.rows, columns: noised.columns)
    multiply(weights, centers, into: &mean)
    return mean
  }
}
