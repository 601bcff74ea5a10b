#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes a file so that its name shows the old contents or all of the new, never a part.
///
/// The bytes go to a temporary file in the same folder, which `commit()` renames into place; an
/// output that is not committed leaves nothing behind. `-` is standard output, which is written
/// through. Pipes and devices (`/dev/stdout`, a FIFO) cannot be renamed onto and are written
/// through as well.
package final class OutputFile {
  /// The path as the user gave it; `-` is standard output.
  package let path: String
  /// The number of bytes appended so far.
  package private(set) var byteCount = 0

  private let target: OutputTarget
  private let existing: ExistingOutput
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  /// The first failure, thrown again by all that follows: a file with a gap is never committed.
  private var failure: OutputError?

  /// The number of bytes that are gathered before they are written.
  private static let bufferSize = 1 << 18

  /// Creates the temporary file; refuses an output that is one of `inputs`, by any name.
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

  /// Whether the file takes the place of an older one; standard output, pipes and devices do not.
  package var isReplaced: Bool { target.temporary != nil }

  /// Refuses a path that is one of `inputs`, by any name.
  package static func refuse(_ path: String, among inputs: [String]) throws(OutputError) {
    try OutputTarget.refuse(inputs, path: path, FileIdentity(path: path))
  }

  /// Removes a file of ours if it is there.
  package static func remove(_ path: String) throws(OutputError) {
    guard unsafe unlink(path) != 0, errno != ENOENT else { return }
    throw .writeFailed(path: path, reason: systemReason(errno))
  }

  /// Appends bytes.
  package func append(_ bytes: [UInt8]) throws(OutputError) {
    try checkUsable()
    byteCount += bytes.count
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count >= Self.bufferSize { return try write(bytes[...]) }
    buffer.append(contentsOf: bytes)
  }

  /// Appends text as UTF-8.
  package func append(_ text: String) throws(OutputError) { try append(Array(text.utf8)) }

  /// Hands what is gathered to the system, so that a reader of a pipe sees it.
  package func flush() throws(OutputError) {
    try checkUsable()
    defer { buffer.removeAll(keepingCapacity: true) }
    try write(buffer[...])
  }

  /// Finishes the file and puts it under its name; after this nothing can be appended.
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

  /// Drops what was written; the old file, if any, stays as it was.
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

  /// Brings the file to its device, closes it and moves it into place.
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
