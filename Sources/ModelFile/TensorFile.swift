import Files

/// A model in memory and on disk: named tensors and metadata in the safetensors format.
///
/// Layout: the header's length (8 bytes, little-endian), the header in JSON padded with spaces to a
/// multiple of 8, then the tensors back to back in the order of their names (the payload). Any
/// safetensors reader opens it. The metadata contain a version and two checksums, because the format
/// itself does not detect changes of the payload.
package struct TensorFile: Equatable, Sendable {
  /// Text by key, of any content; the keys of `reservedKeys` belong to the file itself.
  package var metadata: [String: String]
  /// The tensors by name.
  package var tensors: [String: Tensor]

  /// The version written; files of any other version are refused.
  package static let formatVersion = "1"
  /// The keys that `encoded()` adds and `init(decoding:)` verifies and removes.
  package static let reservedKeys = [versionKey, payloadKey, headerKey]
  /// The largest header accepted, in bytes: 64 MiB.
  package static let largestHeader = 64 << 20

  static let versionKey = "format_version"
  static let payloadKey = "payload_sha256"
  static let headerKey = "header_sha256"
  static let metadataName = "__metadata__"

  package init(metadata: [String: String] = [:], tensors: [String: Tensor] = [:]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// Serialises the file; equal contents give equal bytes.
  ///
  /// Throws `notFinite` when a tensor holds NaN or an infinity: whatever is written can be read back.
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

  /// Looks up a tensor and checks its type and shape (nil for any).
  ///
  /// Throws `missingTensor` or `unfit`.
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

  /// The metadata under `key`; throws `missingMetadata`.
  package func text(_ key: String) throws(ModelFileError) -> String {
    guard let text = metadata[key] else { throw .missingMetadata(key: key) }
    return text
  }
}

extension TensorFile {
  /// The elements of an F32 tensor, row-major and bit for bit as stored.
  package func floats(_ name: String, shape: [Int]? = nil) throws(ModelFileError) -> [Float] {
    ModelFile.floats(try tensor(name, .float32, shape: shape).bytes)
  }

  /// The elements of an F64 tensor, row-major and bit for bit as stored.
  package func doubles(_ name: String, shape: [Int]? = nil) throws(ModelFileError) -> [Double] {
    ModelFile.doubles(try tensor(name, .float64, shape: shape).bytes)
  }
}

/// Throws `notFinite` for the first NaN or infinity of a tensor.
func checkFinite(_ tensor: Tensor, _ name: String) throws(ModelFileError) {
  if let index = tensor.firstNonFinite { throw .notFinite(tensor: name, index: index) }
}

/// The order of names in header and payload: by their UTF-8 bytes.
func precedes(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}
