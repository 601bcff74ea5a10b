import Files

/// A model on disk: named tensors and metadata in the safetensors format.
///
/// The layout: the length of the header (8 bytes, little-endian), the header in JSON padded with
/// blanks to a multiple of 8, then the tensors one behind another in the order of their names.
/// Any safetensors reader opens it. The metadata carry a version and two checksums, for the format
/// itself notices no changed byte of the payload.
package struct TensorFile: Equatable, Sendable {
  /// What is told beside the tensors; the keys of `reservedKeys` are the file's own.
  package var metadata: [String: String]
  package var tensors: [String: Tensor]

  package static let formatVersion = "1"
  /// The keys that `encoded()` writes and `init(decoding:)` checks and takes away.
  package static let reservedKeys = [versionKey, payloadKey, headerKey]
  /// The largest header that is read, in bytes.
  package static let largestHeader = 64 << 20

  static let versionKey = "format_version"
  static let payloadKey = "payload_sha256"
  static let headerKey = "header_sha256"
  static let metadataName = "__metadata__"

  package init(metadata: [String: String] = [:], tensors: [String: Tensor] = [:]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// The bytes of the file; the same contents give the same bytes.
  ///
  /// Throws `notFinite` when a tensor holds NaN or an infinity, so that what is written can be read.
  package func encoded() throws(ModelFileError) -> [UInt8] {
    let names = tensors.keys.sorted(by: precedes)
    precondition(!names.contains(Self.metadataName), "a tensor is named \(Self.metadataName)")
    var payload: [UInt8] = []
    payload.reserveCapacity(tensors.values.reduce(0) { $0 + $1.bytes.count })
    var header = TensorHeader(metadata: metadata)
    for name in names {
      guard let tensor = tensors[name] else { continue }
      try checkFinite(tensor, name)
      let start = payload.count
      payload.append(contentsOf: tensor.bytes)
      header.entries.append(TensorEntry(name, tensor, start..<payload.count))
    }
    header.metadata[Self.versionKey] = Self.formatVersion
    header.metadata[Self.payloadKey] = sha256(of: payload)
    header.seal()
    return header.framed() + payload
  }

  /// Looks a tensor up and holds its type and shape (nil for any) against what is needed.
  package func tensor(
    _ name: String, _ dtype: TensorType, shape: [Int]?
  ) throws(ModelFileError) -> Tensor {
    guard let tensor = tensors[name] else { throw .missingTensor(name: name) }
    guard tensor.dtype == dtype, shape == nil || tensor.shape == shape else {
      let expected = "\(dtype.rawValue) \(shape.map { "\($0)" } ?? "of any shape")"
      throw .unfit(tensor: name, found: tensor.summary, expected: expected)
    }
    return tensor
  }

  /// What the metadata say under `key`.
  package func text(_ key: String) throws(ModelFileError) -> String {
    guard let text = metadata[key] else { throw .missingMetadata(key: key) }
    return text
  }
}

extension TensorFile {
  /// The elements of an F32 tensor, row-major.
  package func floats(_ name: String, shape: [Int]? = nil) throws(ModelFileError) -> [Float] {
    let tensor = try tensor(name, .float32, shape: shape)
    return elements32(tensor.bytes, filler: 0) { Float(bitPattern: $0) }
  }

  /// The elements of an F64 tensor, row-major.
  package func doubles(_ name: String, shape: [Int]? = nil) throws(ModelFileError) -> [Double] {
    let tensor = try tensor(name, .float64, shape: shape)
    return elements64(tensor.bytes, filler: 0) { Double(bitPattern: $0) }
  }

  /// The elements of an I32 tensor, row-major.
  package func int32s(_ name: String, shape: [Int]? = nil) throws(ModelFileError) -> [Int32] {
    let tensor = try tensor(name, .int32, shape: shape)
    return elements32(tensor.bytes, filler: 0) { Int32(bitPattern: $0) }
  }

  /// The elements of an I64 tensor, row-major.
  package func int64s(_ name: String, shape: [Int]? = nil) throws(ModelFileError) -> [Int64] {
    let tensor = try tensor(name, .int64, shape: shape)
    return elements64(tensor.bytes, filler: 0) { Int64(bitPattern: $0) }
  }

  /// The bytes of a U8 tensor.
  package func bytes(_ name: String, shape: [Int]? = nil) throws(ModelFileError) -> [UInt8] {
    try tensor(name, .uint8, shape: shape).bytes
  }
}

/// Refuses NaN and infinities.
func checkFinite(_ tensor: Tensor, _ name: String) throws(ModelFileError) {
  if let index = tensor.firstNonFinite { throw .notFinite(tensor: name, index: index) }
}

/// The order of names in the file: by their UTF-8 bytes.
func precedes(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}
