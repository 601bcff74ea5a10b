package import Compute
import Diffusion

/// One view of the baseline and the two reconstruction errors measured in it, of the empirical denoiser
/// and of the Gaussian of the nearest rows.
///
/// Which rows are neighbours is found once, in the standard view; the other views measure against the
/// same ones, in their own order. Searching each view anew costs three times as much and detects no
/// better.
package struct NeighborView: Sendable {
  /// How two residuals of a row become one number.
  package struct Mixture: Sendable, Equatable, Codable {
    package var localScale, empiricalScale: LogScale
    /// Added to the residuals before their logarithms are taken: far below what is usual nothing is
    /// told apart, else rows that have equals would make all others of their kind look strange.
    package var localFloor: Float = 0
    package var empiricalFloor: Float = 0
    /// Weights of the two within the view, adding up to 1.
    package var localWeight, empiricalWeight: Float
    /// Weight of the view among the views.
    package var viewWeight: Float
  }

  package let exemplars: PaddedRows
  package let options: Options
  /// ln of the residuals of every exemplar against the others, `[exemplars]`.
  package internal(set) var localReference, empiricalReference: [Float]
  package internal(set) var mixture: Mixture

  package init(
    exemplars: Matrix, options: Options, localReference: [Float], empiricalReference: [Float],
    mixture: Mixture
  ) {
    precondition(
      localReference.count == exemplars.rows && empiricalReference.count == exemplars.rows,
      "\(localReference.count) references for \(exemplars.rows) exemplars")
    self.exemplars = PaddedRows(exemplars)
    (self.options, self.mixture) = (options, mixture)
    (self.localReference, self.empiricalReference) = (localReference, empiricalReference)
  }

  private var empirical: EmpiricalDenoiser {
    EmpiricalDenoiser(exemplars, at: .encoded(options.empiricalSigma))
  }

  private var local: LocalGaussianDenoiser {
    LocalGaussianDenoiser(
      exemplars, count: options.localCount, at: .encoded(options.localSigma))
  }

  /// The logarithms of both residuals of each query, before the scales.
  struct Logarithms: Sendable {
    var local, empirical: [Float]
    /// The neighbours of each query in this view, nearest first.
    var neighbors: Neighbors
    /// What attribution needs; nil without details.
    var reconstruction: LocalGaussianDenoiser.Reconstruction?
  }

  /// ln m and ln e of each query against these neighbours, floored and no more.
  ///
  /// * `details`: whether the columns to blame are wanted.
  func rawLogarithms(of queries: Matrix, _ neighbors: Neighbors, details: Bool = false)
    -> Logarithms
  {
    let queries = PaddedRows(queries)
    let neighbors = exemplars.nearestFirst(neighbors, to: queries).prefix(options.empiricalCount)
    let (_, errors) = empirical.reconstruct(queries, near: neighbors)
    let gaussian = local.reconstruct(queries, near: neighbors, details: details)
    return Logarithms(
      local: gaussian.errors.map { logResidual($0, floor: mixture.localFloor) },
      empirical: errors.map { logResidual($0, floor: mixture.empiricalFloor) },
      neighbors: neighbors, reconstruction: details ? gaussian : nil)
  }

  /// The same less the local share of its neighbours' own.
  func corrected(_ raw: Logarithms) -> Logarithms {
    var result = raw
    let count = min(options.localCount, raw.neighbors.count)
    let share = options.localShare / Float(count)
    for query in raw.local.indices {
      var (local, empirical) = (Float(0), Float(0))
      for index in raw.neighbors.indices(of: query).prefix(count) {
        local += localReference[Int(index)]
        empirical += empiricalReference[Int(index)]
      }
      result.local[query] -= share * local
      result.empirical[query] -= share * empirical
    }
    return result
  }

  /// The view's score of each query: the weighted z of both residuals.
  func scores(_ logarithms: Logarithms) -> [Float] {
    zip(logarithms.local, logarithms.empirical).map { local, empirical in
      mixture.localWeight * mixture.localScale.z(local)
        + mixture.empiricalWeight * mixture.empiricalScale.z(empirical)
    }
  }
}
