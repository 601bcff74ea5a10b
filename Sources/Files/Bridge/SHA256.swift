import CCrypto

/// An incremental SHA-256 (FIPS 180-4) by the system's libcrypto.
struct SHA256 {
  private var state = SHA256_CTX()

  init() { unsafe SHA256_Init(&state) }

  /// Adds the next bytes to the digest.
  mutating func update(_ bytes: ArraySlice<UInt8>) {
    unsafe bytes.withUnsafeBytes { bytes in
      _ = unsafe SHA256_Update(&state, bytes.baseAddress, bytes.count)
    }
  }

  /// The digest of all bytes so far, in 64 lower-case hexadecimal digits; more may follow.
  var hexadecimal: String {
    var copy = state
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    unsafe SHA256_Final(&digest, &copy)
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
