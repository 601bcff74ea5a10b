/// The element type of a tensor; raw values are the names of the safetensors format.
///
/// Models hold floating-point numbers only; everything else of theirs is metadata.
package enum TensorType: String, Sendable {
  /// IEEE 754 binary32.
  case float32 = "F32"
  /// IEEE 754 binary64.
  case float64 = "F64"

  /// The size of one element in bytes.
  package var byteCount: Int { self == .float32 ? 4 : 8 }
}

/// An n-dimensional array in its stored form: row-major, little-endian.
package struct Tensor: Equatable, Sendable {
  package let dtype: TensorType
  /// The extents, outermost first; empty for a scalar.
  package let shape: [Int]
  /// The elements, `dtype.byteCount` bytes each.
  package let bytes: [UInt8]

  /// Adopts stored bytes, whose number must follow from type and shape.
  package init(dtype: TensorType, shape: [Int], bytes: [UInt8]) {
    let expected = byteCount(dtype, shape)
    precondition(bytes.count == expected, "\(bytes.count) bytes for \(dtype.rawValue) \(shape)")
    self.dtype = dtype
    self.shape = shape
    self.bytes = bytes
  }

  /// A tensor of single-precision values in row-major order; its shape is `[count]` if none is given.
  package init(_ values: [Float], shape: [Int]? = nil) {
    self.init(
      dtype: .float32, shape: shape ?? [values.count],
      bytes: littleEndianBytes(values.count, size: 4) { UInt64(values[$0].bitPattern) })
  }

  /// A tensor of double-precision values in row-major order; its shape is `[count]` if none is given.
  package init(_ values: [Double], shape: [Int]? = nil) {
    self.init(
      dtype: .float64, shape: shape ?? [values.count],
      bytes: littleEndianBytes(values.count, size: 8) { values[$0].bitPattern })
  }

  /// Type and shape for error messages, such as `F32 [2, 3]`.
  package var summary: String { "\(dtype.rawValue) \(shape)" }

  /// The index of the first element that is NaN or infinite; nil when all are finite.
  ///
  /// Tests the exponent bits, which are all ones for exactly these.
  package var firstNonFinite: Int? {
    switch dtype {
    case .float32: firstIndex(bytes, size: 4) { $0 & 0x7F80_0000 == 0x7F80_0000 }
    case .float64:
      firstIndex(bytes, size: 8) { $0 & 0x7FF0_0000_0000_0000 == 0x7FF0_0000_0000_0000 }
    }
  }
}

/// The number of bytes of a tensor; nil when an extent is negative or the product overflows.
///
/// Shapes come from untrusted files, so neither may trap.
func byteCount(_ dtype: TensorType, _ shape: [Int]) -> Int? {
  var product = dtype.byteCount
  for extent in shape {
    let (next, overflow) = product.multipliedReportingOverflow(by: extent)
    if overflow || extent < 0 { return nil }
    product = next
  }
  return product
}
