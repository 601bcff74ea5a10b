/// Reads a file, a pipe or standard input (`-`) once, from front to end, decompressing gzip and zstd.
///
/// The format is recognised by its magic number, never by the file name. Memory is bounded by the
/// read size and what `peek(_:)` was asked for, so a decompression bomb costs time but no memory.
/// `digest` covers the stored, still compressed bytes and therefore equals that of `sha256sum`.
package final class InputFile {
  /// The path as the user gave it; `-` is standard input.
  package let path: String

  /// nil when the bytes are in memory.
  private let descriptor: InputDescriptor?
  private var decompressor: (any Decompressor)?
  private var hasher = SHA256()
  private var packed: [UInt8] = []
  private var packedStart = 0
  /// Decompressed bytes that were peeked at but not yet read.
  private var ahead: [UInt8] = []
  private var atEnd = false

  /// Stored bytes requested per system call: 256 KiB.
  private static let readSize = 1 << 18

  /// Opens a path and reads its first bytes to recognise the compression.
  ///
  /// Throws `missing`, `isDirectory`, `unreadable`, or `readFailed` if even those bytes fail.
  package init(path: String) throws(FileError) {
    self.path = path
    descriptor = try InputDescriptor(path: path)
    try sniff()
  }

  /// Presents bytes in memory as an uncompressed file; error messages use `name` as its path.
  package init(name: String, bytes: [UInt8]) {
    (path, descriptor, packed, atEnd) = (name, nil, bytes, true)
    hasher.update(packed[...])
  }

  /// Returns the next `count` bytes without consuming them; fewer at the end of the file.
  package func peek(_ count: Int) throws(FileError) -> [UInt8] {
    while ahead.count < count, try readBehind(upTo: count - ahead.count, into: &ahead) > 0 {}
    return Array(ahead.prefix(count))
  }

  /// Appends up to `count` decompressed bytes to `buffer` and returns how many; 0 means the end.
  ///
  /// Throws `truncated` when the file ends inside a frame, `corrupted` when a checksum fails.
  package func read(upTo count: Int, into buffer: inout [UInt8]) throws(FileError) -> Int {
    guard !ahead.isEmpty, count > 0 else { return try readBehind(upTo: count, into: &buffer) }
    let taken = min(count, ahead.count)
    buffer.append(contentsOf: ahead.prefix(taken))
    ahead.removeFirst(taken)
    return taken
  }

  /// Reads from behind the peeked bytes.
  private func readBehind(upTo count: Int, into buffer: inout [UInt8]) throws(FileError) -> Int {
    guard let decompressor else { return try readPlain(upTo: count, into: &buffer) }
    let start = buffer.count
    while buffer.count == start {
      if packedStart == packed.count && !atEnd { try refill() }
      let inputIsSpent = packedStart == packed.count
      if inputIsSpent && decompressor.isComplete { return 0 }
      try unpack(decompressor, upTo: count, into: &buffer)
      guard buffer.count > start || !inputIsSpent || decompressor.isComplete else {
        throw .truncated(path: path, format: decompressor.format)
      }
    }
    return buffer.count - start
  }

  /// The SHA-256 of the stored bytes read so far, in hexadecimal; of the whole file after the end.
  package var digest: String { hasher.hexadecimal }

  /// Compares the first bytes with the magic numbers of gzip (RFC 1952) and zstd (RFC 8878).
  private func sniff() throws(FileError) {
    while packed.count < 4 && !atEnd { try refill() }
    if packed.starts(with: [0x1F, 0x8B]) {
      decompressor = try GzipDecompressor(path: path)
    } else if packed.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      decompressor = try ZstdDecompressor(path: path)
    }
  }

  /// Fetches the next stored bytes into `packed`, which is emptied first once it is used up.
  private func refill() throws(FileError) {
    if packedStart == packed.count {
      packed.removeAll(keepingCapacity: true)
      packedStart = 0
    }
    let start = packed.count
    atEnd = try fill(&packed, upTo: Self.readSize) == 0
    hasher.update(packed[start...])
  }

  /// Appends up to `count` stored bytes; 0 means the end.
  private func fill(_ buffer: inout [UInt8], upTo count: Int) throws(FileError) -> Int {
    try descriptor?.read(upTo: count, into: &buffer) ?? 0
  }

  private func readPlain(upTo count: Int, into buffer: inout [UInt8]) throws(FileError) -> Int {
    let start = buffer.count
    if packedStart < packed.count {
      let end = min(packed.count, packedStart + count)
      buffer.append(contentsOf: packed[packedStart..<end])
      packedStart = end
    } else if !atEnd {
      atEnd = try fill(&buffer, upTo: count) == 0
      hasher.update(buffer[start...])
    }
    return buffer.count - start
  }

  private func unpack(
    _ decompressor: any Decompressor, upTo count: Int, into buffer: inout [UInt8]
  ) throws(FileError) {
    do {
      packedStart += try decompressor.decompress(packed[packedStart...], upTo: count, into: &buffer)
    } catch {
      throw .corrupted(path: path, format: decompressor.format, reason: error.reason)
    }
  }
}

/// A streaming decompressor; one instance per file, called from one task.
protocol Decompressor: AnyObject {
  /// The name of the format, for messages.
  var format: String { get }
  /// Whether every frame begun so far has ended, so that the file may end here.
  var isComplete: Bool { get }
  /// Consumes a prefix of `input`, appends up to `count` bytes to `output`.
  ///
  /// Returns how many input bytes were consumed; 0 with no output asks for more input.
  func decompress(
    _ input: ArraySlice<UInt8>, upTo count: Int, into output: inout [UInt8]
  ) throws(DecompressionError) -> Int
}

/// What a decompression library objected to; `InputFile` adds path and format.
struct DecompressionError: Error {
  let reason: String
}
