import CZlib

/// Decompresses gzip (RFC 1952) with zlib: any number of concatenated members, CRCs verified.
@safe final class GzipDecompressor: Decompressor {
  let format = "gzip"
  private(set) var isComplete = false
  /// The state of zlib, which remembers its own address and so must not move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// The most bytes that zlib's 32-bit counters are given per call.
  private static let largestCount = Int(Int32.max)

  init(path: String) throws(FileError) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let windowBits = 15 + 16  // the largest window, and a gzip header
    let size = Int32(unsafe MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(stream, Int32(windowBits), ZLIB_VERSION, size) == Z_OK else {
      throw .unreadable(path: path, reason: "zlib cannot start")
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  func decompress(
    _ input: ArraySlice<UInt8>, upTo count: Int, into output: inout [UInt8]
  ) throws(DecompressionError) -> Int {
    if isComplete {  // another member begins
      unsafe inflateReset(stream)
      isComplete = false
    }
    var status = Z_OK
    var taken = 0
    unsafe append(upTo: min(count, Self.largestCount), to: &output) { target in
      unsafe input.withUnsafeBytes { source in
        let given = min(source.count, Self.largestCount)
        unsafe point(at: source, given: given, target)
        status = unsafe inflate(stream, Z_NO_FLUSH)
        taken = given - Int(unsafe stream.pointee.avail_in)
        return target.count - Int(unsafe stream.pointee.avail_out)
      }
    }
    isComplete = status == Z_STREAM_END
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      throw DecompressionError(reason: status == Z_MEM_ERROR ? "out of memory" : "invalid bytes")
    }
    return taken
  }

  /// Points the stream at `given` bytes of input and all of the output area.
  private func point(
    at source: UnsafeRawBufferPointer, given: Int, _ target: UnsafeMutableRawBufferPointer
  ) {
    let bytes = unsafe source.bindMemory(to: UInt8.self)
    let room = unsafe target.bindMemory(to: UInt8.self)
    unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
    unsafe stream.pointee.avail_in = UInt32(given)
    unsafe stream.pointee.next_out = room.baseAddress
    unsafe stream.pointee.avail_out = UInt32(room.count)
  }
}
