/// The type of a tensor's elements, by its name in the file.
package enum TensorType: String, Sendable {
  case float32 = "F32"
  case float64 = "F64"
  case int32 = "I32"
  case int64 = "I64"
  case uint8 = "U8"

  /// The number of bytes of one element.
  package var byteCount: Int {
    switch self {
    case .uint8: 1
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }
}

/// Numbers with a shape, row-major and little-endian, as they stand in a model file.
package struct Tensor: Equatable, Sendable {
  package let dtype: TensorType
  package let shape: [Int]
  package let bytes: [UInt8]

  /// Takes bytes as they are; their number must be what the shape says.
  package init(dtype: TensorType, shape: [Int], bytes: [UInt8]) {
    let expected = byteCount(dtype, shape)
    precondition(bytes.count == expected, "\(bytes.count) bytes for \(dtype.rawValue) \(shape)")
    self.dtype = dtype
    self.shape = shape
    self.bytes = bytes
  }

  /// A tensor of `values` [the product of `shape`]; one of `[count]` without a shape.
  package init(_ values: [Float], shape: [Int]? = nil) {
    self.init(
      dtype: .float32, shape: shape ?? [values.count],
      bytes: littleEndianBytes(values.count, size: 4) { UInt64(values[$0].bitPattern) })
  }

  /// A tensor of `values` [the product of `shape`]; one of `[count]` without a shape.
  package init(_ values: [Double], shape: [Int]? = nil) {
    self.init(
      dtype: .float64, shape: shape ?? [values.count],
      bytes: littleEndianBytes(values.count, size: 8) { values[$0].bitPattern })
  }

  /// A tensor of `values` [the product of `shape`]; one of `[count]` without a shape.
  package init(_ values: [Int32], shape: [Int]? = nil) {
    self.init(
      dtype: .int32, shape: shape ?? [values.count],
      bytes: littleEndianBytes(values.count, size: 4) { UInt64(UInt32(bitPattern: values[$0])) })
  }

  /// A tensor of `values` [the product of `shape`]; one of `[count]` without a shape.
  package init(_ values: [Int64], shape: [Int]? = nil) {
    self.init(
      dtype: .int64, shape: shape ?? [values.count],
      bytes: littleEndianBytes(values.count, size: 8) { UInt64(bitPattern: values[$0]) })
  }

  /// A tensor of bytes `[count]`, for text and the like.
  package init(_ values: [UInt8]) {
    self.init(dtype: .uint8, shape: [values.count], bytes: values)
  }

  /// The type and shape in words.
  package var summary: String { "\(dtype.rawValue) \(shape)" }

  /// The number of elements.
  package var count: Int { bytes.count / dtype.byteCount }

  /// The index of the first NaN or infinity; nil for integers and when all are finite.
  package var firstNonFinite: Int? {
    switch dtype {
    case .float32: firstIndex(bytes, size: 4) { $0 & 0x7F80_0000 == 0x7F80_0000 }
    case .float64:
      firstIndex(bytes, size: 8) { $0 & 0x7FF0_0000_0000_0000 == 0x7FF0_0000_0000_0000 }
    case .int32, .int64, .uint8: nil
    }
  }
}

/// The number of bytes of a tensor; nil when that is more than a number can hold.
func byteCount(_ dtype: TensorType, _ shape: [Int]) -> Int? {
  var product = dtype.byteCount
  for extent in shape {
    let (next, overflow) = product.multipliedReportingOverflow(by: extent)
    if overflow || extent < 0 { return nil }
    product = next
  }
  return product
}
