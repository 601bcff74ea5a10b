package import Compute

/// Cluster means that summarise the baseline compactly, and a closed-form denoiser in themselves.
///
/// Each is the mean of at least three rows where possible, so no single row can be read from a model.
package struct Prototypes: Sendable, Equatable {
  /// `[prototypes, features]`.
  package let centers: Matrix
  /// Mean squared deviation of baseline rows from their centers, per feature.
  package let variance: Float
  /// |c|² of each center, `[prototypes]`.
  private let squares: [Float]
  /// The fewest rows that a center may be the mean of.
  private static let fewestRows = 3

  package init(centers: Matrix, variance: Float) {
    (self.centers, self.variance, squares) = (centers, variance, centers.rowSquares())
  }

  /// Lloyd's k-means from randomly chosen rows.
  ///
  /// Finally centers of fewer than three rows are dropped and their rows reassigned.
  /// O(iterations · samples · count · features).
  ///
  /// * `samples`: `[samples, features]`, at least one.
  /// * `count`: the number of initial centers; at most one per sample.
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

  /// One step of Lloyd's algorithm: the means of the rows nearest to each center (an empty cluster keeps
  /// its center), the cluster sizes, and the sum of squared distances to the old centers.
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

  /// The posterior mean of the mixture of centers, Σ w c with w = softmax(-|x - c|² / 2(σ² + variance)),
  /// `[batch, features]`.
  ///
  /// * `noised`: x, `[batch, features]`.
  /// * `sigmas`: the noise level of each row, `[batch]`.
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
