#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file descriptor open for reading, closed on deinitialisation; standard input stays open.
final class InputDescriptor {
  private let descriptor: Int32
  private let path: String

  /// Opens a regular file, a pipe or a device; `-` is standard input, which is never opened anew.
  init(path: String) throws(FileError) {
    self.path = path
    guard path != "-" else {
      descriptor = STDIN_FILENO
      return
    }
    guard !path.utf8.contains(0) else {
      throw .unreadable(path: path, reason: "a path cannot hold a NUL byte")
    }
    do throws(SystemFailure) {
      descriptor = try openDescriptor(path, O_RDONLY, mode: 0)
    } catch {
      throw error.isMissing ? .missing(path: path) : .unreadable(path: path, reason: error.reason)
    }
    if try isDirectory() {
      close(descriptor)
      throw .isDirectory(path: path)
    }
  }

  deinit {
    if descriptor > STDIN_FILENO { close(descriptor) }
  }

  /// Appends up to `count` bytes to `buffer` by one successful `read(2)`; 0 means the end.
  func read(upTo count: Int, into buffer: inout [UInt8]) throws(FileError) -> Int {
    let start = buffer.count
    var taken = 0
    var failure: Int32 = 0
    unsafe append(upTo: count, to: &buffer) { target in
      repeat {
        taken = unsafe Self.read(descriptor, into: target)
        failure = taken < 0 ? errno : 0
      } while failure == EINTR
      return max(0, taken)
    }
    if failure == EISDIR { throw .isDirectory(path: path) }
    guard failure == 0 else { throw .readFailed(path: path, reason: systemReason(failure)) }
    return buffer.count - start
  }

  private static func read(_ descriptor: Int32, into target: UnsafeMutableRawBufferPointer) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.read(descriptor, target.baseAddress, target.count)
    #else
      unsafe Darwin.read(descriptor, target.baseAddress, target.count)
    #endif
  }

  private func isDirectory() throws(FileError) -> Bool {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: systemReason(errno))
    }
    return status.st_mode & S_IFMT == S_IFDIR
  }
}

/// Appends to `buffer` what `body` writes into an uninitialised area of `count` bytes.
///
/// `body` returns the number of bytes it has written, at most `count`.
func append(
  upTo count: Int, to buffer: inout [UInt8], body: (UnsafeMutableRawBufferPointer) -> Int
) {
  let piece = unsafe [UInt8](unsafeUninitializedCapacity: count) { room, written in
    unsafe written = body(
      UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[..<count]))
  }
  if buffer.isEmpty { buffer = piece } else { buffer.append(contentsOf: piece) }
}
