#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// A signal handler cannot capture, so its pipe is global.
private nonisolated(unsafe) var readEnd: Int32 = -1
private nonisolated(unsafe) var writeEnd: Int32 = -1

/// Delivers signals to a thread through a pipe (Bernstein's self-pipe trick).
///
/// A handler runs on whichever thread receives the signal; a signal mask would miss threads that
/// libraries have started themselves.
package enum SignalPipe {
  /// Routes the given signals to `next()`; call once, before other threads start.
  ///
  /// Signals that are ignored at the start stay ignored, which `nohup` and background shells rely on.
  /// If no pipe can be made, all signals keep their default action.
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

  /// Blocks until the next signal and returns its number; nil when the pipe cannot be read.
  package static func next() -> Int32? {
    var byte: UInt8 = 0
    while true {
      let count = unsafe read(readEnd, &byte, 1)
      if count == 1 { return Int32(byte) }
      guard count < 0, errno == EINTR else { return nil }
    }
  }
}
