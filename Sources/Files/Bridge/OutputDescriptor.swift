#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The identity of a regular file (device and inode), the same for all its names and links.
struct FileIdentity: Equatable {
  let device: UInt64
  let number: UInt64

  /// What `path` leads to, links followed; nil when that is no regular file.
  init?(path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// What a descriptor stands for; nil when that is no regular file.
  init?(descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init?(_ status: stat) {
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }
}

/// A failed system call, by its `errno`.
struct SystemFailure: Error, Equatable {
  let code: Int32

  /// The message of `strerror_r`, in lower case.
  var reason: String { systemReason(code) }
  var isClosedPipe: Bool { code == EPIPE }
  var isExisting: Bool { code == EEXIST }
  var isMissing: Bool { code == ENOENT }
  var isBusy: Bool { code == EWOULDBLOCK }
}

/// Repeats a system call while it fails with `EINTR`; returns its result or throws its `errno`.
func uninterrupted(_ call: () -> Int) throws(SystemFailure) -> Int {
  while true {
    let result = call()
    if result >= 0 { return result }
    let code = errno
    if code != EINTR { throw SystemFailure(code: code) }
  }
}

/// The message of `strerror_r` for an `errno`, in lower case.
func systemReason(_ code: Int32) -> String {
  var text = [CChar](repeating: 0, count: 256)
  let status = unsafe strerror_r(code, &text, text.count)
  guard status == 0 else { return "error \(code)" }
  let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return String(decoding: bytes, as: UTF8.self).lowercased()
}

/// Opens `path` with `flags` and close-on-exec; a new file gets `mode` less the umask.
func openDescriptor(_ path: String, _ flags: Int32, mode: mode_t) throws(SystemFailure) -> Int32 {
  try Int32(uninterrupted { Int(unsafe open(path, flags | O_CLOEXEC, mode)) })
}

/// Writes all of `bytes`, in as many calls as it takes; waits where a pipe is full.
func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) throws(SystemFailure) {
  var rest = bytes
  while !rest.isEmpty {
    do throws(SystemFailure) {
      let count = try uninterrupted {
        unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
      }
      guard count > 0 else { throw SystemFailure(code: EIO) }
      rest = rest.dropFirst(count)
    } catch {
      guard error.code == EAGAIN else { throw error }
      waitUntilWritable(descriptor)
    }
  }
}

/// Waits up to a second for room in a pipe that another process made non-blocking.
private func waitUntilWritable(_ descriptor: Int32) {
  var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
  unsafe poll(&request, 1, 1000)
}

/// Whether the process was started with this signal ignored, as `nohup` does.
func isIgnored(signal number: Int32) -> Bool {
  var action = sigaction()
  guard unsafe sigaction(number, nil, &action) == 0 else { return false }
  #if canImport(Glibc)
    let handler = unsafe action.__sigaction_handler.sa_handler
  #else
    let handler = unsafe action.__sigaction_u.__sa_handler
  #endif
  return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}

/// Waits by `fsync(2)` until what was written has reached its device.
///
/// Devices and folders that do not support it fail with EINVAL or ENOTSUP, which is accepted.
func synchronize(_ descriptor: Int32) throws(SystemFailure) {
  do throws(SystemFailure) {
    _ = try uninterrupted { Int(fsync(descriptor)) }
  } catch {
    guard error.code == EINVAL || error.code == ENOTSUP else { throw error }
  }
}

/// Makes a rename in `folder` durable, as far as permissions allow.
///
/// A folder that is writable but not readable cannot be opened; the rename has happened anyway.
func synchronize(folder: String) throws(SystemFailure) {
  do throws(SystemFailure) {
    let descriptor = try openDescriptor(folder, O_RDONLY | O_DIRECTORY, mode: 0)
    defer { close(descriptor) }
    try synchronize(descriptor)
  } catch {
    guard error.code == EACCES else { throw error }
  }
}
