/// Why a model file was refused.
package enum ModelFileError: Error, Equatable {
  /// The file is not what a safetensors file looks like; `offset` counts bytes of the file.
  case malformed(reason: String, offset: Int)
  /// The file ends too early or goes on too long.
  case wrongLength(found: Int, expected: Int)
  /// The bytes are not those that were written: `part` is the header or the payload.
  case damaged(part: String)
  /// The file was written by a version that this one does not know.
  case unknownVersion(String)
  /// A key of the metadata that must be there is not.
  case missingMetadata(key: String)
  /// A tensor that must be there is not.
  case missingTensor(name: String)
  /// A tensor is of another type or shape than the model needs.
  case unfit(tensor: String, found: String, expected: String)
  /// Something in the file is of the right form but cannot be computed with.
  case content(key: String, reason: String)
  /// A tensor holds NaN or an infinity.
  case notFinite(tensor: String, index: Int)
}

extension ModelFileError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .malformed(let reason, let offset):
      "not a model file: \(reason) at byte \(offset); give a file written by stillwater train"
    case .wrongLength(let found, let expected):
      "the model file has \(found) bytes, expected \(expected); copy it again or train anew"
    case .damaged(let part):
      "the \(part) of the model file does not match its checksum; copy it again or train anew"
    case .unknownVersion(let version):
      "the model file has format version \(version), expected \(TensorFile.formatVersion);"
        + " use the program that wrote it or train anew"
    case .missingMetadata(let key): "the model file lacks the metadata \(key); train anew"
    case .missingTensor(let name): "the model file lacks the tensor \(name); train anew"
    case .unfit(let tensor, let found, let expected):
      "the tensor \(tensor) is \(found), expected \(expected); train anew"
    case .content(let key, let reason): "the model's \(key) cannot be used: \(reason); train anew"
    case .notFinite(let tensor, let index):
      "the tensor \(tensor) holds a number that is not finite at index \(index); train anew"
    }
  }
}
