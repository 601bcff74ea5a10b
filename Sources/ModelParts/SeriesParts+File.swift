import Compute
import Diffusion
package import ModelFile
import Neural
package import Scoring

extension SeriesScorer {
  /// The metadata `scorer`; its property names are keys of the file.
  fileprivate struct Description: Codable {
    var parts: [PartDescription]
    var stillness: Stillness
    var forecasts: [ForecastDescription]
    var whitened: [WhitenedDescription]
    var channels: [Int]
    var channelMeasures: [WhitenedDescription]
    /// The numbers of hidden points that the network has learned; nil without one.
    var hidden: [Int]?
    var isCausal: Bool
  }

  fileprivate struct PartDescription: Codable {
    var name: Part.Kind
    /// The indices of its measures among all, see `indices(of:)`.
    var measures: [Int]
    var units: [Float]
    var usual: Float
    var average: Average
    var tau: Double
    var isBounded: Bool
    var scale: TailScale
  }

  fileprivate struct ForecastDescription: Codable {
    var channel = 0
    var length, hidden: Int
    var usesNetwork: Bool
  }

  fileprivate struct WhitenedDescription: Codable {
    var length, channels, stride: Int
    var centersWindows: Bool
    /// Standard deviation of the network's noise; nil without one.
    var noise: Float?

    init(_ measure: WhitenedMeasure) {
      (length, channels) = (measure.cutter.length, measure.cutter.channels)
      (stride, centersWindows) = (measure.stride, measure.denoiser.centersWindows)
      noise = measure.denoiser.correction?.noise
    }
  }

  private var denoiser: WindowDenoiser? {
    forecasts.lazy.compactMap(\.measure.denoiser).first
  }

  /// Adds the scorer: conditions, whitenings and networks of all measures.
  package func store(in file: inout TensorFile) {
    file.set(
      "scorer",
      Description(
        parts: parts.map { PartDescription($0, at: indices(of: $0.kind)) }, stillness: stillness,
        forecasts: forecasts.map { channel, measure in
          ForecastDescription(
            channel: channel, length: measure.cutter.length, hidden: measure.condition.hidden,
            usesNetwork: measure.denoiser != nil)
        }, whitened: whitened.map { WhitenedDescription($0) }, channels: channels.map(\.channel),
        channelMeasures: channels.map { WhitenedDescription($0.measure) },
        hidden: denoiser?.hidden, isCausal: isCausal))
    for (index, forecast) in forecasts.enumerated() {
      forecast.measure.condition.store("forecast.\(index)", in: &file)
    }
    for (index, measure) in whitened.enumerated() { Self.store(measure, "window.\(index)", &file) }
    for (channel, measure) in channels { Self.store(measure, "channel.\(channel)", &file) }
    denoiser?.trained.store("network", in: &file)
  }

  private static func store(_ measure: WhitenedMeasure, _ name: String, _ file: inout TensorFile) {
    file.add("\(name).mean", measure.denoiser.mean)
    file.add("\(name).whitening", measure.denoiser.whitening)
    if let correction = measure.denoiser.correction {
      file.add("\(name).axes", correction.axes)
      file.add("\(name).variances", correction.variances)
      correction.trained.store("\(name).network", in: &file)
    }
  }

  /// Restores a scorer of this many channels from an untrusted file; all sizes are checked first.
  package init(from file: TensorFile, channels channelCount: Int) throws(ModelFileError) {
    let description = try file.decode("scorer", as: Description.self)
    let denoiser = try Self.denoiser(description.hidden, file)
    var forecasts: [(channel: Int, measure: ForecastMeasure)] = []
    for (index, part) in description.forecasts.enumerated() {
      guard (0..<channelCount).contains(part.channel), (2...100_000).contains(part.length),
        (1..<part.length).contains(part.hidden)
      else {
        throw .content(key: "scorer", reason: "forecast \(index) is out of range")
      }
      let condition = try part.condition("forecast.\(index)", file, features: part.length)
      let measure = ForecastMeasure(
        cutter: WindowCutter(length: part.length, channels: 1), condition: condition,
        denoiser: part.usesNetwork ? denoiser : nil)
      forecasts.append((part.channel, measure))
    }
    var whitened: [WhitenedMeasure] = []
    for (index, part) in description.whitened.enumerated() {
      whitened.append(try part.measure("window.\(index)", file, channelCount))
    }
    var channels: [(channel: Int, measure: WhitenedMeasure)] = []
    for (channel, part) in zip(description.channels, description.channelMeasures) {
      guard (0..<channelCount).contains(channel) else {
        throw .content(key: "scorer", reason: "channel \(channel) does not exist")
      }
      channels.append((channel, try part.measure("channel.\(channel)", file, 1)))
    }
    self.init(
      forecasts: forecasts, whitened: whitened, channels: channels,
      parts: description.parts.map(\.part), stillness: description.stillness,
      isCausal: description.isCausal)
    guard !whitened.isEmpty, !parts.isEmpty,
      description.parts.allSatisfy({ $0.isPlausible(measures: indices(of: $0.name)) }),
      description.stillness.isPlausible(channels: channelCount)
    else { throw .content(key: "scorer", reason: "its parts are out of range") }
    try Self.check(denoiser, forecasts.map(\.measure))
  }

  /// The indices of a kind's measures in the file's numbering: forecasts, then residual and density of
  /// each window length, then channels.
  private func indices(of kind: Part.Kind) -> [Int] {
    let first = count(of: .forecast)
    return (0..<count(of: kind)).map { index in
      switch kind {
      case .forecast: index
      case .residual: first + 2 * index
      case .density: first + 2 * index + 1
      case .channels: first + 2 * whitened.count + index
      }
    }
  }

  private static func denoiser(_ hidden: [Int]?, _ file: TensorFile)
    throws(ModelFileError) -> WindowDenoiser?
  {
    guard let hidden else { return nil }
    return WindowDenoiser(hidden: hidden, trained: try TrainedNetwork("network", from: file))
  }

  /// Throws unless the network's inputs and outputs match the windows it is used on.
  private static func check(
    _ denoiser: WindowDenoiser?, _ forecasts: [ForecastMeasure]
  ) throws(ModelFileError) {
    guard let denoiser else { return }
    let shape = denoiser.trained.network.shape
    let features = forecasts.filter { $0.denoiser != nil }.map(\.cutter.length)
    guard
      features.allSatisfy({
        shape.outputs == $0 && shape.inputs == $0 + denoiser.hidden.count
      })
    else { throw .content(key: "network", reason: "it does not fit the windows") }
  }
}

extension SeriesScorer.ForecastDescription {
  fileprivate func condition(_ name: String, _ file: TensorFile, features: Int)
    throws(ModelFileError) -> WindowCondition
  {
    let variance = try file.floats("\(name).variance", shape: [hidden])
    guard variance.allSatisfy({ $0 > 0 }) else {
      throw .content(key: "\(name).variance", reason: "a variance is not above 0")
    }
    var frame: WindowCondition.Frame?
    if usesNetwork {
      frame = WindowCondition.Frame(
        whitener: try file.matrix("\(name).whitener", features, features),
        root: try file.matrix("\(name).root", features, hidden))
    }
    return WindowCondition(
      hidden: hidden, mean: try file.floats("\(name).mean", shape: [features]),
      estimator: try file.matrix("\(name).estimator", features - hidden, hidden),
      variance: variance, frame: frame)
  }
}

extension SeriesScorer.WhitenedDescription {
  fileprivate func measure(
    _ name: String, _ file: TensorFile, _ channelCount: Int
  ) throws(ModelFileError) -> WhitenedMeasure {
    guard channels == channelCount, (1...100_000).contains(length), stride >= 1, stride <= length,
      length * channels <= 100_000
    else { throw .content(key: "scorer", reason: "\(name) is out of range") }
    let features = length * channels
    return WhitenedMeasure(
      cutter: WindowCutter(length: length, channels: channels), stride: stride,
      denoiser: WindowGaussianDenoiser(
        mean: try file.floats("\(name).mean", shape: [features]),
        whitening: try file.matrix("\(name).whitening", features, features),
        centersWindows: centersWindows, correction: try correction(name, file, features)))
  }

  private func correction(_ name: String, _ file: TensorFile, _ features: Int)
    throws(ModelFileError) -> AxisDenoiser?
  {
    guard let noise else { return nil }
    let variances = try file.floats("\(name).variances", shape: [features])
    let trained = try TrainedNetwork("\(name).network", from: file)
    guard noise >= WindowGaussian.leastDeviation, (noise * noise).isFinite,
      variances.allSatisfy({ $0 >= 0 && ($0 + noise * noise).isFinite }),
      trained.network.shape.inputs == features, trained.network.shape.outputs == features
    else { throw .content(key: "\(name).network", reason: "it does not fit the windows") }
    return AxisDenoiser(
      axes: try file.matrix("\(name).axes", features, features), variances: variances,
      noise: noise, trained: trained)
  }
}

extension WindowCondition {
  fileprivate func store(_ name: String, in file: inout TensorFile) {
    file.add("\(name).mean", mean)
    file.add("\(name).estimator", estimator)
    file.add("\(name).variance", variance)
    guard let frame else { return }
    file.add("\(name).whitener", frame.whitener)
    file.add("\(name).root", frame.root)
  }
}

extension SeriesScorer.PartDescription {
  fileprivate init(_ part: SeriesScorer.Part, at indices: [Int]) {
    (name, measures, units, usual) = (part.kind, indices, part.units, part.usual)
    (average, tau, isBounded, scale) = (part.average, part.tau, part.isBounded, part.scale)
  }

  fileprivate var part: SeriesScorer.Part {
    SeriesScorer.Part(
      kind: name, units: units, usual: usual, average: average, tau: tau, isBounded: isBounded,
      scale: scale)
  }

  fileprivate func isPlausible(measures indices: [Int]) -> Bool {
    !measures.isEmpty && measures == indices && units.count == measures.count
      && units.allSatisfy { $0 > 0 && $0.isFinite }
      && tau >= 0 && tau < 1e6 && usual.isFinite && scale.isUsable
  }
}

extension Stillness {
  fileprivate func isPlausible(channels count: Int) -> Bool {
    scale.isUsable && gauges.allSatisfy { $0.isPlausible(channels: count) }
  }
}

extension Stillness.Gauge {
  fileprivate func isPlausible(channels count: Int) -> Bool {
    let isLength =
      switch average {
      case .window(let rows): (1..<1_000_000).contains(rows)
      case .decay(let tau): tau >= 0 && tau < 1e6
      }
    return isLength && (0..<count).contains(channel)
      && [floor, usual].allSatisfy { $0 > 0 && $0.isFinite }
  }
}
