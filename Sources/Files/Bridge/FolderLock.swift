#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An exclusive advisory lock on an output folder, held for the lifetime of the object.
///
/// It is an `flock(2)` on `.stillwater.lock`, which the kernel releases however the process ends. The
/// file contains a description of the holder and is left behind, empty, on release: removing it
/// would let two runs hold locks on two files of the same name.
package final class FolderLock {
  /// The name of the lock file in its folder.
  package static let fileName = ".stillwater.lock"

  private var descriptor: Int32

  /// Acquires the lock without waiting, or throws `busy` with the holder's description of itself.
  ///
  /// `folder` is where outputs are written; `command` describes this run to others that find the
  /// folder locked. Throws `cannotCreate` when the lock file cannot be opened or locked at all.
  package init(folder: String, command: String) throws(OutputError) {
    let path = folder.hasSuffix("/") ? folder + Self.fileName : "\(folder)/\(Self.fileName)"
    let opened: Int32
    do throws(SystemFailure) {
      opened = try openDescriptor(path, O_RDWR | O_CREAT, mode: 0o666)
    } catch {
      throw .cannotCreate(path: path, reason: error.reason)
    }
    do throws(SystemFailure) {
      _ = try uninterrupted { Int(flock(opened, LOCK_EX | LOCK_NB)) }
      try Self.replaceContents(of: opened, with: Self.holder(command))
    } catch {
      // `descriptor` is not set yet: releasing would erase the holder's description.
      defer { Self.unlock(opened) }
      throw error.isBusy
        ? .busy(path: folder, holder: Self.holderText(in: opened))
        : .cannotCreate(path: path, reason: error.reason)
    }
    descriptor = opened
  }

  deinit { release() }

  /// Releases the lock; later calls do nothing.
  package func release() {
    guard descriptor >= 0 else { return }
    ftruncate(descriptor, 0)
    Self.unlock(descriptor)
    descriptor = -1
  }

  /// Unlocks explicitly: a child between `fork` and `exec` shares the open file, and would hold the
  /// lock on after a mere `close`.
  private static func unlock(_ descriptor: Int32) {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  private static func holder(_ command: String) -> String {
    let line = String(decoding: command.utf8.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
    return "process \(getpid()), \(line), since \(timestamp())\n"
  }

  private static func replaceContents(
    of descriptor: Int32, with text: String
  ) throws(SystemFailure) {
    _ = try uninterrupted { Int(ftruncate(descriptor, 0)) }
    try writeAll(Array(text.utf8)[...], to: descriptor)
  }

  /// The first line of the lock file, at most 1000 bytes.
  private static func holderText(in descriptor: Int32) -> String {
    var room = [UInt8](repeating: 0, count: 1000)
    let count = unsafe room.withUnsafeMutableBytes { bytes in
      unsafe pread(descriptor, bytes.baseAddress, bytes.count, 0)
    }
    let line = room.prefix(max(0, count)).prefix { $0 != 0x0A }
    return line.isEmpty ? "its holder is starting" : String(decoding: line, as: UTF8.self)
  }
}

/// The current time in UTC, `2026-01-31T12:00:00Z`.
private func timestamp() -> String {
  var now = time(nil)
  var parts = unsafe tm()
  guard unsafe gmtime_r(&now, &parts) != nil else { return "an unknown time" }
  func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
  let year = unsafe parts.tm_year + 1900
  let day = unsafe "\(year)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
  return unsafe "\(day)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
}
