/// Why a model file is refused.
package enum ModelFileError: Error, Equatable {
  case tooShort(bytes: Int)
  case headerLength(found: UInt64, limit: Int)
  case header(offset: Int, reason: String)
  case tensor(name: String, reason: String)
  case missing(String)
  case notStillwater
  case version(found: String, expected: String)
  case checksum(part: String)
  case content(key: String, reason: String)
}

extension ModelFileError: CustomStringConvertible {
  package var description: String {
    let reason =
      switch self {
      case .tooShort(let bytes): "it holds only \(bytes) bytes"
      case .headerLength(let found, let limit):
        "its header is said to be \(found) bytes long, but at most \(limit) are possible"
      case .header(let offset, let reason): "its header is broken at byte \(offset): \(reason)"
      case .tensor(let name, let reason): "tensor \(name): \(reason)"
      case .missing(let name): "\(name) is missing"
      case .notStillwater: "its metadata does not say that Stillwater wrote it"
      case .version(let found, let expected):
        "it has format version \(found), this program reads \(expected); train anew"
      case .checksum(let part):
        "the checksum of its \(part) does not match; it was changed or damaged"
      case .content(let key, let reason): "its \(key) cannot be used: \(reason)"
      }
    return "not a usable model: " + reason
  }
}
