#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The one spelling of all JSON this program writes: sorted keys in snake_case, whatever the Swift
/// properties are called.
///
/// Keys of dictionaries are data, such as column names, and stay as they are.
package enum SnakeCaseJSON {
  /// Encodes a value; equal values give equal bytes.
  ///
  /// * `indented`: whether to use several lines and a final line end, for files that people open.
  package static func encode(_ value: some Encodable, indented: Bool = false) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if indented { encoder.outputFormatting.insert(.prettyPrinted) }
    guard let data = try? encoder.encode(value) else {
      preconditionFailure("a value that JSON cannot hold: \(type(of: value))")
    }
    return Array(data) + (indented ? [0x0a] : [])
  }

  /// Decodes a value from JSON with keys in snake_case; throws `DecodingError`.
  package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: some Sequence<UInt8>)
    throws -> Value
  {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(bytes))
  }
}
