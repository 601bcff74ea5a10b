import Crypto

/// The SHA-256 of some bytes, 64 hexadecimal digits.
package func sha256(_ bytes: some Sequence<UInt8>) -> String {
  var hasher = SHA256()
  hasher.update(data: Array(bytes))
  return hasher.finalize().map { byte in
    let digits = String(byte, radix: 16)
    return digits.count < 2 ? "0" + digits : digits
  }.joined()
}
