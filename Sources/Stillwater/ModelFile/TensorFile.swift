import Compute
import Files

/// Named arrays and texts in the layout of safetensors: 8 bytes of header length, a JSON header,
/// and the numbers of all tensors, least significant byte first, one tensor after the other.
struct TensorFile: Equatable {
  /// Texts under `__metadata__`.
  var metadata: [String: String] = [:]
  var tensors: [String: Tensor] = [:]

  /// One array of numbers.
  struct Tensor: Equatable {
    let type: ElementType
    let shape: [Int]
    let bytes: [UInt8]
  }

  enum ElementType: String {
    case float32 = "F32"
    case float64 = "F64"

    var size: Int { self == .float32 ? 4 : 8 }
  }

  static let formatVersion = "1"
  /// Headers longer than this are refused.
  static let longestHeader = 64 << 20

  mutating func add(_ name: String, _ values: [Float], shape: [Int]? = nil) {
    let shape = shape ?? [values.count]
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for \(shape)")
    tensors[name] = Tensor(type: .float32, shape: shape, bytes: Compute.bytes(of: values))
  }

  mutating func add(_ name: String, _ matrix: Matrix) {
    add(name, matrix.values, shape: [matrix.rows, matrix.columns])
  }

  mutating func add(_ name: String, _ values: [Double], shape: [Int]? = nil) {
    let shape = shape ?? [values.count]
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for \(shape)")
    tensors[name] = Tensor(type: .float64, shape: shape, bytes: Compute.bytes(of: values))
  }

  /// The floats of a tensor of exactly this shape.
  func floats(_ name: String, shape: [Int]) throws(ModelFileError) -> [Float] {
    Compute.floats(from: try tensor(name, .float32, shape).bytes[...])
  }

  func doubles(_ name: String, shape: [Int]) throws(ModelFileError) -> [Double] {
    Compute.doubles(from: try tensor(name, .float64, shape).bytes[...])
  }

  func matrix(_ name: String, _ rows: Int, _ columns: Int) throws(ModelFileError) -> Matrix {
    Matrix(
      rows: rows, columns: columns, values: try floats(name, shape: [rows, columns]))
  }

  /// The shape of a tensor of two dimensions.
  func shape(_ name: String) throws(ModelFileError) -> (rows: Int, columns: Int) {
    guard let shape = tensors[name]?.shape else { throw .missing("tensor \(name)") }
    guard shape.count == 2 else { throw .tensor(name: name, reason: "found shape \(shape)") }
    return (shape[0], shape[1])
  }

  private func tensor(_ name: String, _ type: ElementType, _ shape: [Int])
    throws(ModelFileError) -> Tensor
  {
    guard let tensor = tensors[name] else { throw .missing("tensor \(name)") }
    guard tensor.type == type, tensor.shape == shape else {
      throw .tensor(
        name: name,
        reason: "found \(tensor.type.rawValue) \(tensor.shape), expected \(type.rawValue) \(shape)")
    }
    return tensor
  }
}

extension TensorFile {
  /// The whole file; the same contents always give the same bytes.
  func encode() -> [UInt8] {
    let names = tensors.keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    var payload: [UInt8] = []
    payload.reserveCapacity(tensors.values.reduce(0) { $0 + $1.bytes.count })
    for name in names { payload += tensors[name]?.bytes ?? [] }
    var metadata = metadata
    metadata["format_version"] = Self.formatVersion
    metadata["payload_sha256"] = sha256(payload)
    metadata["header_sha256"] = nil
    metadata["header_sha256"] = sha256(header(metadata, names).utf8)
    var text = Array(header(metadata, names).utf8)
    text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    let length = UInt64(text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + text + payload
  }

  private func header(_ metadata: [String: String], _ names: [String]) -> String {
    let texts = metadata.sorted { $0.key < $1.key }.map {
      jsonString($0.key) + ":" + jsonString($0.value)
    }
    var entries = ["\"__metadata__\":{" + texts.joined(separator: ",") + "}"]
    var offset = 0
    for name in names {
      guard let tensor = tensors[name] else { continue }
      let end = offset + tensor.bytes.count
      let shape = tensor.shape.map { String($0) }.joined(separator: ",")
      entries.append(
        jsonString(name) + ":{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    return "{" + entries.joined(separator: ",") + "}"
  }

  /// Reads a file, checking all of it before anything is made of its numbers.
  static func decode(_ bytes: [UInt8]) throws(ModelFileError) -> TensorFile {
    guard bytes.count >= 10 else { throw .tooShort(bytes: bytes.count) }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * $1) }
    let most = min(longestHeader, bytes.count - 8)
    guard length <= UInt64(most) else { throw .headerLength(found: length, limit: most) }
    let start = 8 + Int(length)
    guard case .object(let members) = try StrictJSON.parse(bytes[8..<start]) else {
      throw .header(offset: 0, reason: "expected an object")
    }
    var file = TensorFile()
    var entries: [Entry] = []
    for (key, value) in members {
      if key == "__metadata__" {
        file.metadata = try texts(value)
      } else {
        entries.append(try Entry(key, value))
      }
    }
    try file.take(entries, payload: bytes[start...])
    try file.checkIdentity(payload: bytes[start...])
    return file
  }

  private static func texts(_ value: JSONValue) throws(ModelFileError) -> [String: String] {
    guard case .object(let members) = value else {
      throw .header(offset: 0, reason: "__metadata__ is not an object")
    }
    var texts: [String: String] = [:]
    for (key, value) in members {
      guard case .text(let text) = value else {
        throw .header(offset: 0, reason: "the metadata \"\(key.prefix(40))\" is not a string")
      }
      texts[key] = text
    }
    return texts
  }

  /// What the header says of a tensor.
  private struct Entry {
    let name: String
    let type: ElementType
    let shape: [Int]
    let range: Range<Int>

    init(_ name: String, _ value: JSONValue) throws(ModelFileError) {
      guard case .object(let members) = value,
        members.map(\.key).sorted() == ["data_offsets", "dtype", "shape"]
      else { throw .tensor(name: name, reason: "expected dtype, shape and data_offsets") }
      var (type, shape, offsets): (ElementType?, [Int]?, [Int]?)
      for (key, value) in members {
        switch (key, value) {
        case ("dtype", .text(let text)): type = ElementType(rawValue: text)
        case ("shape", .array(let sizes)): shape = Self.numbers(sizes)
        case ("data_offsets", .array(let sizes)): offsets = Self.numbers(sizes)
        default: break
        }
      }
      guard let type else { throw .tensor(name: name, reason: "expected dtype F32 or F64") }
      guard let shape, shape.count <= 4 else {
        throw .tensor(name: name, reason: "its shape is not up to four whole numbers")
      }
      guard let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
        throw .tensor(name: name, reason: "its offsets are not two rising whole numbers")
      }
      (self.name, self.type, self.shape, range) = (name, type, shape, offsets[0]..<offsets[1])
    }

    private static func numbers(_ values: [JSONValue]) -> [Int]? {
      let numbers = values.compactMap { value in
        if case .number(let number) = value { number } else { nil }
      }
      return numbers.count == values.count ? numbers : nil
    }

    /// The bytes that the shape needs; nil beyond 64 bits.
    var size: Int? {
      var size = type.size
      for extent in shape {
        let (product, overflow) = size.multipliedReportingOverflow(by: extent)
        guard !overflow else { return nil }
        size = product
      }
      return size
    }
  }

  /// The tensors must follow each other without hole or overlap and fill the payload.
  private mutating func take(_ entries: [Entry], payload: ArraySlice<UInt8>)
    throws(ModelFileError)
  {
    var end = 0
    for entry in entries.sorted(by: {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }) {
      guard entry.range.lowerBound == end else {
        throw .tensor(
          name: entry.name, reason: "it starts at \(entry.range.lowerBound), expected \(end)")
      }
      guard entry.size == entry.range.count else {
        throw .tensor(
          name: entry.name,
          reason: "its shape \(entry.shape) does not fit its \(entry.range.count) bytes")
      }
      guard entry.range.upperBound <= payload.count else {
        throw .tensor(name: entry.name, reason: "it reaches beyond the end of the file")
      }
      end = entry.range.upperBound
    }
    guard end == payload.count else {
      throw .header(offset: 0, reason: "\(payload.count - end) bytes belong to no tensor")
    }
    for entry in entries {
      let start = payload.startIndex + entry.range.lowerBound
      let tensor = Tensor(
        type: entry.type, shape: entry.shape,
        bytes: Array(payload[start..<start + entry.range.count]))
      guard tensor.isFinite else {
        throw .tensor(name: entry.name, reason: "it holds a number that is not finite")
      }
      tensors[entry.name] = tensor
    }
  }

  private func checkIdentity(payload: ArraySlice<UInt8>) throws(ModelFileError) {
    guard metadata["format"] == "stillwater" else { throw .notStillwater }
    let version = metadata["format_version"] ?? "none"
    guard version == Self.formatVersion else {
      throw .version(found: version, expected: Self.formatVersion)
    }
    guard metadata["payload_sha256"] == sha256(payload) else { throw .checksum(part: "payload") }
    var rest = metadata
    let stated = rest.removeValue(forKey: "header_sha256")
    let names = tensors.keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    guard stated == sha256(header(rest, names).utf8) else { throw .checksum(part: "header") }
  }
}

extension TensorFile.Tensor {
  fileprivate var isFinite: Bool {
    switch type {
    case .float32: floats(from: bytes[...]).allSatisfy(\.isFinite)
    case .float64: doubles(from: bytes[...]).allSatisfy(\.isFinite)
    }
  }
}
