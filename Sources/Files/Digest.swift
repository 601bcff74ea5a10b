/// The SHA-256 digest (FIPS 180-4) of bytes in memory, as 64 lower-case hexadecimal digits.
///
/// The one spelling of digests in model files, summaries and run records; `sha256sum` prints the same.
package func sha256(of bytes: ArraySlice<UInt8>) -> String {
  var hasher = SHA256()
  hasher.update(bytes)
  return hasher.hexadecimal
}

/// The SHA-256 digest of a whole array.
package func sha256(of bytes: [UInt8]) -> String { sha256(of: bytes[...]) }
