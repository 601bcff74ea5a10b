import CZstd

/// Decompresses zstd (RFC 8878) with libzstd: any number of concatenated frames, checksums verified.
///
/// The library's default limit of 128 MiB on the window bounds the memory a frame can demand.
@safe final class ZstdDecompressor: Decompressor {
  let format = "zstd"
  private(set) var isComplete = false
  private let stream: OpaquePointer

  init(path: String) throws(FileError) {
    guard let created = unsafe ZSTD_createDStream() else {
      throw .unreadable(path: path, reason: "zstd cannot start")
    }
    unsafe stream = created
  }

  deinit {
    unsafe ZSTD_freeDStream(stream)
  }

  func decompress(
    _ input: ArraySlice<UInt8>, upTo count: Int, into output: inout [UInt8]
  ) throws(DecompressionError) -> Int {
    var status = 0
    var taken = 0
    unsafe append(upTo: count, to: &output) { target in
      unsafe input.withUnsafeBytes { source in
        var given = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
        var room = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        status = unsafe ZSTD_decompressStream(stream, &room, &given)
        taken = unsafe given.pos
        return unsafe room.pos
      }
    }
    guard ZSTD_isError(status) == 0 else {
      throw DecompressionError(reason: "invalid bytes or checksum")
    }
    isComplete = status == 0
    return taken
  }
}
