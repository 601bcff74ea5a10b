/// The bytes of numbers, least significant first; all platforms of this project store them so.
package func bytes(of values: [Float]) -> [UInt8] {
  unsafe values.withUnsafeBytes { unsafe Array($0) }
}

/// The bytes of double precision numbers, least significant first.
package func bytes(of values: [Double]) -> [UInt8] {
  unsafe values.withUnsafeBytes { unsafe Array($0) }
}

/// The numbers behind bytes, least significant first; a rest of fewer than four is not read.
package func floats(from bytes: ArraySlice<UInt8>) -> [Float] {
  unsafe [Float](unsafeUninitializedCapacity: bytes.count / 4) { target, count in
    count = bytes.count / 4
    unsafe bytes.withUnsafeBytes { source in
      unsafe UnsafeMutableRawBufferPointer(target).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: source.prefix(count * 4)))
    }
  }
}

/// The double precision numbers behind bytes, least significant first.
package func doubles(from bytes: ArraySlice<UInt8>) -> [Double] {
  unsafe [Double](unsafeUninitializedCapacity: bytes.count / 8) { target, count in
    count = bytes.count / 8
    unsafe bytes.withUnsafeBytes { source in
      unsafe UnsafeMutableRawBufferPointer(target).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: source.prefix(count * 8)))
    }
  }
}
