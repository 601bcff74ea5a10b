/// Why a model file was refused.
package enum ModelFileError: Error, Equatable {
  /// The bytes are not a safetensors file; `offset` is that of the offending byte in the file.
  case malformed(reason: String, offset: Int)
  /// The file is truncated or has bytes behind its end; lengths in bytes.
  case wrongLength(found: Int, expected: Int)
  /// A checksum or the header's spelling does not match; `part` is `header` or `payload`.
  case damaged(part: String)
  /// The file has another format version than this program.
  case unknownVersion(String)
  /// A required metadata key is absent.
  case missingMetadata(key: String)
  /// A required tensor is absent.
  case missingTensor(name: String)
  /// A tensor has another type or shape than the model requires.
  case unfit(tensor: String, found: String, expected: String)
  /// A well-formed value that makes no valid model, such as a scale of 0.
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
