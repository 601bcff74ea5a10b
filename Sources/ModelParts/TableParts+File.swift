import Compute
import Diffusion
package import Encoding
package import ModelFile
import Neural
package import Scoring

extension TableEncoder {
  /// The metadata of a column; the parameters of numeric ones are in tensors.
  private struct StoredColumn: Codable {
    var name: String
    var marksMissing: Bool
    var category: CategoryEncoder?
    var knots: Int?
    var isConstant: Bool?
  }

  /// Adds the encoder: `encoder` in the metadata, `encoder.numbers` `[columns, 8]`, `encoder.knots`.
  package func store(in file: inout TensorFile) {
    var (stored, numbers, knots) = ([StoredColumn](), [Double](), [Double]())
    for column in columns {
      var entry = StoredColumn(name: column.name, marksMissing: column.marksMissing)
      switch column.encoding {
      case .category(let encoder): entry.category = encoder
      case .number(let scaler):
        entry.knots = scaler.knots.count
        entry.isConstant = scaler.novelty != nil
        numbers += [
          scaler.mean, scaler.deviation, scaler.median, scaler.robustCenter, scaler.robustWidth,
          scaler.normalMean, scaler.normalDeviation, scaler.novelty ?? 0,
        ]
        knots += scaler.knots
      }
      stored.append(entry)
    }
    file.set("encoder", stored)
    file.tensors["encoder.numbers"] = Tensor(numbers, shape: [numbers.count / 8, 8])
    file.tensors["encoder.knots"] = Tensor(knots)
  }

  /// Restores the encoder from an untrusted file; throws when a scale is unusable.
  package init(from file: TensorFile) throws(ModelFileError) {
    let stored = try file.decode("encoder", as: [StoredColumn].self)
    let numeric = stored.filter { $0.category == nil }
    let counts = numeric.map { $0.knots ?? 0 }
    guard !stored.isEmpty, counts.allSatisfy({ (2...100_000).contains($0) }) else {
      throw .content(key: "encoder", reason: "its columns are out of range")
    }
    let numbers = try file.doubles("encoder.numbers", shape: [numeric.count, 8])
    let knots = try file.doubles("encoder.knots", shape: [counts.reduce(0, +)])
    var parts: [(name: String, encoding: ColumnEncoding, marksMissing: Bool)] = []
    var (number, knot) = (0, 0)
    for column in stored {
      if let category = column.category {
        parts.append((column.name, .category(category), column.marksMissing))
        continue
      }
      let n = numbers[number * 8..<number * 8 + 8].map { $0 }
      let some = Array(knots[knot..<knot + counts[number]])
      guard n[1] > 0, n[4] > 0, n[6] > 0, zip(some, some.dropFirst()).allSatisfy({ $0 <= $1 })
      else {
        throw .content(key: "encoder", reason: "column \(column.name) has no usable scale")
      }
      let scaler = NumberScaler(
        mean: n[0], deviation: n[1], median: n[2], robustCenter: n[3], robustWidth: n[4],
        normalMean: n[5], normalDeviation: n[6],
        novelty: column.isConstant == true ? n[7] : nil, knots: some)
      parts.append((column.name, .number(scaler), column.marksMissing))
      (number, knot) = (number + 1, knot + counts[number])
    }
    self.init(parts)
    guard (1...Self.mostFeatures).contains(featureCount) else {
      throw .content(key: "encoder", reason: "it makes \(featureCount) features")
    }
  }
}

extension TableScorer {
  /// The metadata `scorer`; its property names are keys of the file.
  fileprivate struct Description: Codable {
    var views: [ViewDescription]
    var networkShare: Float
    var reconstruction: ReconstructionDescription?
    var noiseLevel: NoiseLevelDescription?
    var bulk: BulkDescription?
  }

  fileprivate struct BulkDescription: Codable {
    var contamination: Double
    var scale: LogScale
  }

  fileprivate struct NoiseLevelDescription: Codable {
    var share: Float
    var scale: LogScale
  }

  fileprivate struct ViewDescription: Codable {
    var options: NeighborView.Options
    var mixture: NeighborView.Mixture
  }

  fileprivate struct ReconstructionDescription: Codable {
    var sigmas: [Float]
    var draws: Int
    var seed: UInt64
    var scales: [LogScale]
    var prototypeVariance: Float
  }

  /// Adds the scorer: exemplars and references of each view, filter, prototypes, networks.
  package func store(in file: inout TensorFile) {
    file.set(
      "scorer",
      Description(
        views: views.map { ViewDescription(options: $0.options, mixture: $0.mixture) },
        networkShare: networkWeight,
        reconstruction: reconstruction.map {
          ReconstructionDescription(
            sigmas: $0.sigmas, draws: $0.draws, seed: $0.seed, scales: $0.scales,
            prototypeVariance: $0.denoiser.prototypes.variance)
        },
        noiseLevel: noiseLevel.map { NoiseLevelDescription(share: $0.weight, scale: $0.scale) },
        bulk: bulk.map { BulkDescription(contamination: $0.contamination, scale: $0.scale) }))
    noiseLevel?.estimator.trained.store("noise_level", in: &file)
    for (index, view) in views.enumerated() {
      file.add("view.\(index).exemplars", view.exemplars.matrix)
      file.add("view.\(index).local_reference", view.localReference)
      file.add("view.\(index).empirical_reference", view.empiricalReference)
    }
    if let filter {
      file.add("filter.mean", filter.mean)
      file.add("filter.map", filter.map)
    }
    if let denoiser = reconstruction?.denoiser {
      file.add("prototypes", denoiser.prototypes.centers)
      denoiser.trained.store("network", in: &file)
    }
  }

  /// Restores a scorer of samples with this many features from an untrusted file.
  package init(from file: TensorFile, features: Int) throws(ModelFileError) {
    let description = try file.decode("scorer", as: Description.self)
    let encoded = NumberScaler.viewCount
    guard [1, encoded, encoded + 1].contains(description.views.count),
      description.views.allSatisfy(\.isPlausible), (0...1).contains(description.networkShare)
    else { throw .content(key: "scorer", reason: "its settings are out of range") }
    let views = try Self.views(description, file, features)
    self.init(
      views: views, filter: try Self.filter(views, file, features),
      reconstruction: try Self.reconstruction(description.reconstruction, file, features),
      networkWeight: description.networkShare,
      noiseLevel: try Self.noiseLevel(description, file, features),
      bulk: try description.bulk?.distance(from: views[0].exemplars))
  }

  /// The filter, if there is a view beyond the encoded ones.
  private static func filter(_ views: [NeighborView], _ file: TensorFile, _ features: Int)
    throws(ModelFileError) -> WienerFilter?
  {
    guard views.count > NumberScaler.viewCount else { return nil }
    return WienerFilter(
      mean: try file.floats("filter.mean", shape: [features]),
      map: try file.matrix("filter.map", features, features))
  }

  /// The views, all of the same rows, since neighbours in one are used in all.
  private static func views(
    _ description: Description, _ file: TensorFile, _ features: Int
  ) throws(ModelFileError) -> [NeighborView] {
    let (rows, _) = try file.shape("view.0.exemplars")
    guard rows >= 2 else {
      throw .content(key: "view.0.exemplars", reason: "it holds \(rows) rows")
    }
    var views: [NeighborView] = []
    for (index, view) in description.views.enumerated() {
      views.append(
        NeighborView(
          exemplars: try file.matrix("view.\(index).exemplars", rows, features),
          options: view.options,
          localReference: try file.floats("view.\(index).local_reference", shape: [rows]),
          empiricalReference: try file.floats("view.\(index).empirical_reference", shape: [rows]),
          mixture: view.mixture))
    }
    return views
  }

  private static func noiseLevel(
    _ description: Description, _ file: TensorFile, _ features: Int
  ) throws(ModelFileError) -> NoiseLevelScore? {
    guard let level = description.noiseLevel else { return nil }
    let trained = try TrainedNetwork("noise_level", from: file)
    guard (0...1).contains(level.share + description.networkShare), level.share >= 0,
      trained.network.shape.inputs == features, trained.network.shape.outputs == 1
    else { throw .content(key: "scorer", reason: "its noise levels do not fit the columns") }
    return NoiseLevelScore(
      estimator: NoiseLevelEstimator(trained: trained), weight: level.share, scale: level.scale)
  }

  private static func reconstruction(
    _ description: ReconstructionDescription?, _ file: TensorFile, _ features: Int
  ) throws(ModelFileError) -> ReconstructionScore? {
    guard let description else { return nil }
    let (rows, _) = try file.shape("prototypes")
    let trained = try TrainedNetwork("network", from: file)
    guard (1...100).contains(description.sigmas.count), description.sigmas.allSatisfy({ $0 > 0 }),
      (1...100).contains(description.draws),
      description.scales.count == description.sigmas.count, description.prototypeVariance >= 0,
      rows > 0, trained.network.shape.inputs == NeuralDenoiser.shape(features: features).inputs,
      trained.network.shape.outputs == features
    else { throw .content(key: "scorer", reason: "its network does not fit the columns") }
    let prototypes = Prototypes(
      centers: try file.matrix("prototypes", rows, features),
      variance: description.prototypeVariance)
    return ReconstructionScore(
      denoiser: NeuralDenoiser(prototypes: prototypes, trained: trained),
      sigmas: description.sigmas, draws: description.draws, seed: description.seed,
      scales: description.scales)
  }
}

extension TableScorer.BulkDescription {
  /// Rebuilds the distance from the exemplars of the standard view, which it is a function of.
  fileprivate func distance(from rows: PaddedRows) throws(ModelFileError) -> BulkDistance {
    guard contamination > 0, contamination <= 0.2 else {
      throw .content(key: "scorer", reason: "its contamination is out of range")
    }
    return BulkDistance(of: rows.matrix, contamination: contamination, scale: scale)
  }
}

extension TableScorer.ViewDescription {
  fileprivate var isPlausible: Bool {
    let counts = 1...PaddedRows.mostNeighbors
    return counts.contains(options.empiricalCount) && counts.contains(options.localCount)
      && options.empiricalSigma > 0 && options.localSigma > 0 && mixture.viewWeight > 0
      && mixture.localFloor >= 0 && mixture.empiricalFloor >= 0
  }
}
