#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes a file atomically: its name refers to the old contents or to all of the new ones.
///
/// The bytes go to a temporary file in the same folder, which `commit()` renames into place; an
/// output that is not committed leaves nothing behind. Standard output (`-`), pipes and devices
/// cannot be renamed onto and are written directly.
package final class OutputFile {
  /// The path as the user gave it; `-` is standard output.
  package let path: String
  /// The number of bytes appended so far.
  package private(set) var byteCount = 0

  private let target: OutputTarget
  private let existing: ExistingOutput
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  /// The first failure, thrown again by every later call: a file with a gap is never committed.
  private var failure: OutputError?

  /// Bytes gathered before a write: 256 KiB.
  private static let bufferSize = 1 << 18

  /// Creates the temporary file.
  ///
  /// Throws `isInput` when the output is one of `inputs` under any name, `exists` when it may not be
  /// replaced, `cannotCreate` otherwise.
  package init(
    path: String, existing: ExistingOutput = .replace, inputs: [String] = []
  ) throws(OutputError) {
    self.path = path
    self.existing = existing
    target = try OutputTarget(path: path, existing: existing, inputs: inputs)
    do throws(SystemFailure) {
      descriptor = try target.open()
    } catch {
      throw .cannotCreate(path: path, reason: error.reason)
    }
    buffer.reserveCapacity(Self.bufferSize)
  }

  deinit { discard() }

  /// Whether the output is a regular file put in place by a rename; false for standard output, pipes
  /// and devices.
  package var isReplaced: Bool { target.temporary != nil }

  /// Throws `isInput` when `path` is one of `inputs` under any name.
  package static func refuse(_ path: String, among inputs: [String]) throws(OutputError) {
    try OutputTarget.refuse(inputs, path: path, FileIdentity(path: path))
  }

  /// Removes a file that an earlier run wrote, if it exists.
  package static func remove(_ path: String) throws(OutputError) {
    guard unsafe unlink(path) != 0, errno != ENOENT else { return }
    throw .writeFailed(path: path, reason: systemReason(errno))
  }

  /// Appends bytes; they reach the system when the buffer is full or flushed.
  package func append(_ bytes: [UInt8]) throws(OutputError) {
    try checkUsable()
    byteCount += bytes.count
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count >= Self.bufferSize { return try write(bytes[...]) }
    buffer.append(contentsOf: bytes)
  }

  /// Appends text as UTF-8.
  package func append(_ text: String) throws(OutputError) { try append(Array(text.utf8)) }

  /// Writes the buffered bytes, so that the reader of a pipe sees them.
  package func flush() throws(OutputError) {
    try checkUsable()
    defer { buffer.removeAll(keepingCapacity: true) }
    try write(buffer[...])
  }

  /// Flushes, synchronises and renames the file into place; nothing can be appended afterwards.
  ///
  /// When it throws, the previous file under that name is intact and the temporary one is gone.
  package func commit() throws(OutputError) {
    try checkUsable()
    defer { discard() }
    try flush()
    do throws(SystemFailure) {
      try finish()
    } catch {
      throw outputError(error)
    }
  }

  /// Abandons what was written; the previous file, if any, stays as it was.
  package func discard() {
    guard descriptor >= 0 else { return }
    if target.isOwned { close(descriptor) }
    descriptor = -1
    buffer = []
    if let temporary = target.temporary { Temporaries.remove(temporary) }
  }

  private func checkUsable() throws(OutputError) {
    if let failure { throw failure }
    precondition(descriptor >= 0, "\(path) is finished already")
  }

  private func write(_ bytes: ArraySlice<UInt8>) throws(OutputError) {
    do throws(SystemFailure) {
      try writeAll(bytes, to: descriptor)
    } catch {
      let failure = outputError(error)
      self.failure = failure
      discard()
      throw failure
    }
  }

  /// Synchronises the temporary file, closes it and renames it.
  private func finish() throws(SystemFailure) {
    guard target.isOwned else { return }
    if target.temporary != nil { try synchronize(descriptor) }
    let closing = descriptor
    descriptor = -1
    do throws(SystemFailure) {
      try closeChecked(closing)
      try target.moveIntoPlace(existing)
    } catch {
      if let temporary = target.temporary { Temporaries.remove(temporary) }
      throw error
    }
  }

  private func outputError(_ failure: SystemFailure) -> OutputError {
    if failure.isClosedPipe { return .closedPipe }
    if failure.isExisting { return .exists(path: path) }
    return .writeFailed(path: path, reason: failure.reason)
  }
}

/// Closes a descriptor; an interrupted close has closed it (POSIX leaves it open to the system).
private func closeChecked(_ descriptor: Int32) throws(SystemFailure) {
  guard close(descriptor) == 0 || errno == EINTR else { throw SystemFailure(code: errno) }
}
