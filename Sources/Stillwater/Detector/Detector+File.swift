import Calibration
import Compute
import Diffusion
import Encoding
package import Files
package import ModelFile
import Neural
import Reporting
import Scoring
import Tabular

extension Detector {
  /// Writes the detector to a model file in the layout of safetensors, atomically.
  ///
  /// - Throws: `StillwaterError` when the file cannot be written.
  public func save(to path: String) throws(StillwaterError) {
    do {
      let output = try OutputFile(path: path)
      try output.append(encoded())
      try output.commit()
    } catch { throw StillwaterError(error) }
  }

  /// Reads and verifies a model file.
  ///
  /// - Throws: `StillwaterError` with the reason when the file is damaged or of another version.
  public init(contentsOf path: String) throws(StillwaterError) {
    self = try Self.load(path).detector
  }

  /// Reads a model file once; returns the detector and the SHA-256 of the bytes read.
  package static func load(_ path: String) throws(StillwaterError) -> (
    detector: Detector, sha256: String
  ) {
    do { return try load(InputFile(path: path)) } catch { throw StillwaterError(error) }
  }

  /// Reads a model from an open file.
  package static func load(_ file: InputFile) throws(StillwaterError) -> (
    detector: Detector, sha256: String
  ) {
    do {
      let path = file.path
      let bytes = try readWhole(file, limit: 4 << 30)
      do { return (try Detector(decoding: bytes), sha256(of: bytes)) } catch {
        throw StillwaterError(.badData, printable(path) + ": " + printable("\(error)"))
      }
    } catch { throw StillwaterError(error) }
  }

  /// Serialises the detector; equal detectors give equal bytes.
  package func encoded() -> [UInt8] {
    var file = TensorFile()
    file.metadata["format"] = "stillwater"
    file.metadata["card"] = json(card)
    file.metadata["layout"] = json(layout)
    file.metadata["calibration"] = json(calibration.summary)
    file.add("calibration.scores", calibration.scores.kept)
    switch core {
    case .table(let encoder, let scorer):
      encoder.store(in: &file)
      scorer.store(in: &file)
    case .series(let encoder, let scorer):
      file.metadata["encoder"] = json(encoder)
      if let alarms { file.metadata["alarms"] = json(alarms) }
      scorer.store(in: &file)
    }
    do { return try file.encoded() } catch {
      preconditionFailure("a model that cannot be read back: \(error)")
    }
  }

  /// Restores a detector from the bytes of a model file, which are untrusted.
  package init(decoding bytes: [UInt8]) throws(ModelFileError) {
    let file = try TensorFile(decoding: bytes)
    card = try file.decode("card", as: ModelCard.self)
    layout = try file.decode("layout", as: DataLayout.self)
    let summary = try file.decode("calibration", as: CalibrationSummary.self)
    guard file.metadata["format"] == "stillwater" else {
      throw .content(key: "format", reason: "its metadata do not say that Stillwater wrote it")
    }
    let kept = try file.floats("calibration.scores")
    do {
      calibration = try Calibration(
        summary: summary, scores: try CalibrationScores(kept: kept, count: summary.scoreCount))
    } catch { throw .content(key: "calibration", reason: "\(error)") }
    if layout.isSeries {
      let encoder = try file.decode("encoder", as: SeriesEncoder.self)
      guard !encoder.channels.isEmpty, encoder.channels.count == layout.schema.features.count,
        encoder.channels.allSatisfy({ $0.scale > 0 && $0.scale.isFinite && $0.mean.isFinite })
      else { throw .content(key: "encoder", reason: "its channels do not fit the columns") }
      core = .series(encoder, try SeriesScorer(from: file, channels: encoder.channels.count))
      let stored = try file.decode("alarms", as: SeriesAlarms.self)
      guard stored.isUsable(channels: encoder.channels.count) else {
        throw .content(key: "alarms", reason: "they are out of range")
      }
      alarms = stored
    } else {
      let encoder = try TableEncoder(from: file)
      guard encoder.columns.count == layout.schema.features.count else {
        throw .content(key: "encoder", reason: "its columns do not fit the schema")
      }
      core = .table(encoder, try TableScorer(from: file, features: encoder.featureCount))
    }
  }
}

/// Reads a whole file, or standard input; throws `overLimit` beyond `limit` bytes.
package func readWhole(_ path: String, limit: Int) throws -> [UInt8] {
  try readWhole(InputFile(path: path), limit: limit)
}

/// Reads the rest of an open file; throws `overLimit` beyond `limit` bytes.
private func readWhole(_ input: InputFile, limit: Int) throws -> [UInt8] {
  var bytes: [UInt8] = []
  while try input.read(upTo: 1 << 20, into: &bytes) > 0 {
    guard bytes.count <= limit else {
      throw StillwaterError(
        .overLimit, "\(printable(input.path)): the file is longer than the limit of \(limit) bytes")
    }
  }
  return bytes
}

/// Encodes a value for the metadata of a model file.
func json(_ value: some Encodable) -> String {
  String(decoding: SnakeCaseJSON.encode(value), as: UTF8.self)
}

extension TensorFile {
  /// Decodes a value from the JSON under a metadata key.
  func decode<Value: Decodable>(_ key: String, as type: Value.Type) throws(ModelFileError) -> Value
  {
    let text = try text(key)
    do { return try SnakeCaseJSON.decode(type, from: text.utf8) } catch {
      throw .content(key: key, reason: "it is not what this program wrote")
    }
  }

  /// The shape of a two-dimensional tensor.
  func shape(_ name: String) throws(ModelFileError) -> (rows: Int, columns: Int) {
    guard let tensor = tensors[name] else { throw .missingTensor(name: name) }
    guard tensor.shape.count == 2 else {
      throw .unfit(tensor: name, found: "\(tensor.shape)", expected: "two dimensions")
    }
    return (tensor.shape[0], tensor.shape[1])
  }

  func matrix(_ name: String, _ rows: Int, _ columns: Int) throws(ModelFileError) -> Matrix {
    Matrix(rows: rows, columns: columns, values: try floats(name, shape: [rows, columns]))
  }

  mutating func add(_ name: String, _ values: [Float]) { tensors[name] = Tensor(values) }

  mutating func add(_ name: String, _ matrix: Matrix) {
    tensors[name] = Tensor(matrix.values, shape: [matrix.rows, matrix.columns])
  }
}

extension TrainedNetwork {
  /// The metadata of a network.
  struct Description: Codable {
    var shape: NetworkShape
    var history: TrainingHistory
  }

  func store(_ name: String, in file: inout TensorFile) {
    file.metadata[name] = json(Description(shape: network.shape, history: history))
    file.add("\(name).parameters", parameters)
  }

  init(_ name: String, from file: TensorFile) throws(ModelFileError) {
    let description = try file.decode(name, as: Description.self)
    let parameters = try file.floats("\(name).parameters")
    guard description.shape.isPlausible else {
      throw .content(key: name, reason: "its sizes are out of range")
    }
    let network = ResidualNetwork(description.shape)
    guard network.parameterCount == parameters.count else {
      throw .content(
        key: name,
        reason: "found \(parameters.count) parameters, expected \(network.parameterCount)")
    }
    self.init(network: network, parameters: parameters, history: description.history)
  }
}

extension NetworkShape {
  /// Whether the sizes are small enough to multiply and allocate safely.
  fileprivate var isPlausible: Bool {
    (1...100_000).contains(inputs) && (1...100_000).contains(outputs) && (1...8_192).contains(width)
      && (0...64).contains(blocks)
  }
}
