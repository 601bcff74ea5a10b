import Crypto

/// The SHA-256 of bytes, in 64 lower-case hexadecimal digits.
package func sha256(of bytes: ArraySlice<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  let text = SHA256.hash(data: bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  return String(decoding: text, as: UTF8.self)
}

/// The SHA-256 of bytes, in 64 lower-case hexadecimal digits.
package func sha256(of bytes: [UInt8]) -> String { sha256(of: bytes[...]) }
