import Calibration
import Encoding
package import Files
package import ModelFile
import ModelParts
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
    file.set("card", card)
    file.set("layout", layout)
    file.set("calibration", calibration.summary)
    file.add("calibration.scores", calibration.scores.kept)
    switch core {
    case .table(let encoder, let scorer):
      encoder.store(in: &file)
      scorer.store(in: &file)
    case .series(let encoder, let scorer):
      file.set("encoder", encoder)
      if let alarms { file.set("alarms", alarms) }
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
