package import Compute
import Diffusion

/// One view of the baseline and the two reconstruction errors in it: of the empirical denoiser and of
/// the Gaussian of the nearest rows.
///
/// Neighbours are found once, in the standard view; the other views use the same ones, sorted by their
/// own distances. Searching every view costs three times as much and detects no better.
package struct NeighborView: Sendable {
  /// How the two residuals of a row are combined; stored in model files.
  package struct Mixture: Sendable, Equatable, Codable {
    package var localScale, empiricalScale: LogScale
    /// Added to the residuals before the logarithm: differences far below the usual residual carry no
    /// information, and without a floor duplicated rows would make their neighbours look anomalous.
    package var localFloor: Float = 0
    package var empiricalFloor: Float = 0
    /// Weights of the two residuals within the view, summing to 1.
    package var localWeight, empiricalWeight: Float
    /// Weight of the view among the views, not normalised.
    package var viewWeight: Float
  }

  /// The baseline rows of this view, or means of groups of them, `[exemplars, features]`.
  package let exemplars: PaddedRows
  package let options: Options
  /// The log residuals of every exemplar against the others, `[exemplars]`.
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

  /// The logarithms of both residuals of each query, not yet standardized.
  struct Logarithms: Sendable {
    var local, empirical: [Float]
    /// The neighbours of each query in this view, nearest first.
    var neighbors: Neighbors
    /// The local Gaussian's reconstruction, for attribution; nil without details.
    var reconstruction: LocalGaussianDenoiser.Reconstruction?
  }

  /// The floored log residuals of each query against these neighbours, not corrected by theirs.
  ///
  /// * `details`: whether the reconstruction is needed for attribution.
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

  /// Subtracts a fraction (`localShare`) of the neighbours' own mean log residuals, which adapts scores
  /// to the local density.
  func corrected(_ raw: Logarithms) -> Logarithms {
    var result = raw
    let count = min(options.localCount, raw.neighbors.count)
    let weight = options.localShare / Float(count)
    for query in raw.local.indices {
      var (local, empirical) = (Float(0), Float(0))
      for index in raw.neighbors.indices(of: query).prefix(count) {
        local += localReference[Int(index)]
        empirical += empiricalReference[Int(index)]
      }
      result.local[query] -= weight * local
      result.empirical[query] -= weight * empirical
    }
    return result
  }

  /// The view's score of each query: the weighted mean of both standardized residuals.
  func scores(_ logarithms: Logarithms) -> [Float] {
    zip(logarithms.local, logarithms.empirical).map { local, empirical in
      mixture.localWeight * mixture.localScale.z(local)
        + mixture.empiricalWeight * mixture.empiricalScale.z(empirical)
    }
  }
}
