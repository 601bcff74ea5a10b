/// The SHA-256 of bytes, in 64 lower-case hexadecimal digits.
package func sha256(of bytes: ArraySlice<UInt8>) -> String {
  var hasher = SHA256()
  hasher.update(bytes)
  return hasher.hexadecimal
}

/// The SHA-256 of bytes, in 64 lower-case hexadecimal digits.
package func sha256(of bytes: [UInt8]) -> String { sha256(of: bytes[...]) }
