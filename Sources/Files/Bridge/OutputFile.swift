#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that appears under its name only when it is whole.
///
/// Bytes go to a temporary file in the same folder; `commit` makes them durable and renames it. A run
/// that ends before leaves the old file, or none.
package final class OutputFile {
  /// The final name, as the user gave it; `-` is standard output.
  package let path: String
  private let temporary: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 18

  /// Opens the temporary file.
  ///
  /// * `path`: the final name, or `-` for standard output.
  /// * `replaces`: whether an existing file may be replaced.
  /// * `inputs`: files that must not be written over.
  package init(path: String, replaces: Bool = true, inputs: [String] = []) throws(OutputError) {
    self.path = path
    guard path != "-" else {
      (temporary, descriptor) = ("", STDOUT_FILENO)
      return
    }
    let parts = splitPath(path)
    guard !parts.name.isEmpty, parts.name != ".", parts.name != ".." else {
      throw .cannotCreate(path: path, reason: "the path names no file")
    }
    let old = identity(of: path)
    if let old, old.isDirectory { throw .cannotCreate(path: path, reason: "it is a folder") }
    if old != nil, !replaces { throw .exists(path: path) }
    if let old, inputs.contains(where: { identity(of: $0) == old }) { throw .isInput(path: path) }
    removeStaleTemporaries(of: parts.name, in: parts.folder)
    temporary = parts.folder + "/." + parts.name + temporaryMark + "\(getpid())"
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: lastReason()) }
  }

  deinit { discard() }

  /// Appends bytes.
  package func write(_ bytes: [UInt8]) throws(OutputError) {
    buffer += bytes
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Appends the UTF-8 bytes of a text.
  package func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }

  /// Makes all bytes durable and gives the file its name.
  package func commit() throws(OutputError) {
    try flush()
    guard descriptor != STDOUT_FILENO else { return }
    try check(fsync(descriptor))
    let closed = close(descriptor)
    descriptor = -1
    try check(closed)
    try check(unsafe rename(temporary, path))
    syncFolder()
  }

  /// Forgets what was written; the old file stays.
  package func discard() {
    guard descriptor > STDERR_FILENO else { return }
    _ = close(descriptor)
    _ = unsafe unlink(temporary)
    descriptor = -1
  }

  private func flush() throws(OutputError) {
    var done = 0
    while done < buffer.count {
      let written = unsafe buffer.withUnsafeBytes { bytes in
        unsafe Platform.write(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
      }
      if written < 0, errno == EINTR { continue }
      if written < 0, errno == EPIPE { throw .closedPipe }
      guard written > 0 else { throw .writeFailed(path: path, reason: lastReason()) }
      done += written
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func check(_ result: Int32) throws(OutputError) {
    if result < 0 { throw .writeFailed(path: path, reason: lastReason()) }
  }

  /// A rename is durable once its folder is; file systems without such a thing say so and are let be.
  private func syncFolder() {
    let folder = unsafe open(splitPath(path).folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    _ = fsync(folder)
    _ = close(folder)
  }
}

/// What the class's own method of the same name hides.
private enum Platform {
  static func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(descriptor, bytes, count)
    #else
      unsafe Darwin.write(descriptor, bytes, count)
    #endif
  }
}

private let temporaryMark = ".stillwater-"

/// The folder and the last part of a path.
func splitPath(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let folder = slash == path.startIndex ? "/" : String(path[..<slash])
  return (folder, String(path[path.index(after: slash)...]))
}

/// Removes temporary files of this name whose process is gone.
private func removeStaleTemporaries(of name: String, in folder: String) {
  guard let stream = unsafe opendir(folder) else { return }
  defer { _ = unsafe closedir(stream) }
  let start = "." + name + temporaryMark
  while let entry = unsafe readdir(stream) {
    let found = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard found.hasPrefix(start), let owner = Int32(found.dropFirst(start.count)) else { continue }
    if kill(owner, 0) != 0, errno == ESRCH { _ = unsafe unlink(folder + "/" + found) }
  }
}

/// What makes two paths the same file.
struct FileIdentity: Equatable {
  let device, inode: UInt64
  let isDirectory: Bool
}

func identity(of path: String) -> FileIdentity? {
  var status = stat()
  guard unsafe stat(path, &status) == 0 else { return nil }
  return FileIdentity(
    device: UInt64(truncatingIfNeeded: status.st_dev),
    inode: UInt64(truncatingIfNeeded: status.st_ino),
    isDirectory: status.st_mode & S_IFMT == S_IFDIR)
}

/// The text of the last system error.
func lastReason() -> String { systemMessage(errno) }
