#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// A handler captures nothing, so they are global.
private nonisolated(unsafe) var readEnd: Int32 = -1
private nonisolated(unsafe) var writeEnd: Int32 = -1

/// Signals as numbers that a thread can wait for (the self-pipe of Bernstein).
///
/// A handler, unlike a mask, is sure to see the signal whatever threads a library has started.
package enum SignalPipe {
  /// From here on the signals are taken by `next()`; call it once, before anything runs beside.
  ///
  /// What the caller of the process has ignored stays ignored: `nohup` and shells in the background
  /// count on it. Without a pipe, signals keep what they do by themselves.
  package static func take(_ numbers: [Int32]) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return }
    unsafe (readEnd, writeEnd) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    for number in numbers where !isIgnored(signal: number) {
      signal(number) { number in
        let saved = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = unsafe write(writeEnd, &byte, 1)
        errno = saved
      }
    }
  }

  /// Waits for the next signal; nil when there will be none.
  package static func next() -> Int32? {
    var byte: UInt8 = 0
    while true {
      let count = unsafe read(readEnd, &byte, 1)
      if count == 1 { return Int32(byte) }
      guard count < 0, errno == EINTR else { return nil }
    }
  }
}
