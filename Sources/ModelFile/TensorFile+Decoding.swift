import Files

extension TensorFile {
  /// Reads an untrusted file and verifies all of it before a tensor is built.
  ///
  /// Checked, in this order: the length, the header's grammar, types, shapes and offsets, that the
  /// tensors cover the payload without gap or overlap, the version, both checksums, the canonical
  /// spelling of the header, and that all numbers are finite. Needs memory for the payload twice.
  package init(decoding file: [UInt8]) throws(ModelFileError) {
    let payloadStart = try Self.payloadStart(file)
    var scanner = HeaderScanner(file[8..<payloadStart])
    let header = try scanner.header()
    let payload = file[payloadStart...]
    try Self.checkLayout(header.entries, payloadStart: payloadStart, fileLength: file.count)
    try Self.checkSums(header, payload: payload)
    // The header has one canonical spelling, so every changed byte of it is detected.
    guard file.starts(with: header.framed()) else { throw .damaged(part: "header") }
    self.init(metadata: header.metadata)
    for key in Self.reservedKeys { metadata[key] = nil }
    for entry in header.entries {
      let bytes = payload[(payloadStart + entry.range.lowerBound)...].prefix(entry.range.count)
      let tensor = Tensor(dtype: entry.dtype, shape: entry.shape, bytes: Array(bytes))
      try checkFinite(tensor, entry.name)
      tensors[entry.name] = tensor
    }
  }

  /// The offset of the payload, from the header length in the first 8 bytes.
  private static func payloadStart(_ file: [UInt8]) throws(ModelFileError) -> Int {
    guard file.count >= 8 else { throw .wrongLength(found: file.count, expected: 8) }
    let length = word64(file.span, at: 0)
    guard let length = Int(exactly: length), (2...largestHeader).contains(length) else {
      throw .malformed(reason: "a header of \(length) bytes", offset: 0)
    }
    guard length <= file.count - 8 else {
      throw .wrongLength(found: file.count, expected: 8 + length)
    }
    guard length.isMultiple(of: 8) else {
      throw .malformed(reason: "a header of \(length) bytes, no multiple of 8,", offset: 0)
    }
    return 8 + length
  }

  /// Checks each tensor's offsets against its shape, its predecessor's end and the file's length.
  private static func checkLayout(
    _ entries: [TensorEntry], payloadStart: Int, fileLength: Int
  ) throws(ModelFileError) {
    var end = 0
    for entry in entries {
      guard let count = byteCount(entry.dtype, entry.shape), count == entry.range.count else {
        throw .unfit(
          tensor: entry.name, found: "\(entry.range.count) bytes",
          expected: "\(entry.dtype.rawValue) \(entry.shape)")
      }
      guard entry.range.lowerBound == end else {
        throw .malformed(
          reason: "the tensor '\(entry.name.prefix(40))' does not follow its neighbour", offset: 8)
      }
      end = entry.range.upperBound
    }
    guard end == fileLength - payloadStart else {
      let (expected, overflow) = end.addingReportingOverflow(payloadStart)
      throw .wrongLength(found: fileLength, expected: overflow ? Int.max : expected)
    }
  }

  /// Verifies the version and both checksums.
  private static func checkSums(
    _ header: TensorHeader, payload: ArraySlice<UInt8>
  ) throws(ModelFileError) {
    guard let version = header.metadata[versionKey] else {
      throw .missingMetadata(key: versionKey)
    }
    guard version == formatVersion else { throw .unknownVersion(String(version.prefix(40))) }
    guard let headerSum = header.metadata[headerKey] else {
      throw .missingMetadata(key: headerKey)
    }
    guard headerSum == header.checksum else { throw .damaged(part: "header") }
    guard header.metadata[payloadKey] == sha256(of: payload) else {
      throw .damaged(part: "payload")
    }
  }
}
