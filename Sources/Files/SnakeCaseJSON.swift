#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The one spelling of all JSON that is written: sorted keys in snake_case, however the properties are
/// named in Swift.
///
/// Keys of dictionaries are data, names of columns for instance, and stay as they are.
package enum SnakeCaseJSON {
  /// A value as JSON on one line; the same value always gives the same bytes.
  ///
  /// * `indented`: over several lines, the last one ended, for files that people open.
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

  /// Takes a value back from its JSON.
  package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: some Sequence<UInt8>)
    throws -> Value
  {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(bytes))
  }
}
