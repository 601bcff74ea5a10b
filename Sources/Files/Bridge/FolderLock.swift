#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keeps other runs from writing into a folder for as long as it lives.
///
/// The lock is the system's `flock` on `.stillwater.lock`, so it ends with the process however that
/// ends. The file says who holds it and stays behind, empty, when the lock is given up: removing
/// it would let two runs hold locks on two files of one name.
package final class FolderLock {
  /// The name of the lock's file in its folder.
  package static let fileName = ".stillwater.lock"

  private var descriptor: Int32

  /// Takes the lock or throws `busy` with what its holder says of itself.
  ///
  /// `folder` is where outputs are written to; `command` is what this run does, told to others
  /// that find the folder locked.
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
      // Before `descriptor` is set, for releasing would wipe what the holder says of itself.
      defer { Self.unlock(opened) }
      throw error.isBusy
        ? .busy(path: folder, holder: Self.holderText(in: opened))
        : .cannotCreate(path: path, reason: error.reason)
    }
    descriptor = opened
  }

  deinit { release() }

  /// Gives the lock up.
  package func release() {
    guard descriptor >= 0 else { return }
    ftruncate(descriptor, 0)
    Self.unlock(descriptor)
    descriptor = -1
  }

  /// Closing alone would leave the lock to a process that is being started at this moment, until it
  /// runs its program: it shares what this one had open.
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

  /// What the holder wrote, at most 1000 bytes of it.
  private static func holderText(in descriptor: Int32) -> String {
    var room = [UInt8](repeating: 0, count: 1000)
    let count = unsafe room.withUnsafeMutableBytes { bytes in
      unsafe pread(descriptor, bytes.baseAddress, bytes.count, 0)
    }
    let line = room.prefix(max(0, count)).prefix { $0 != 0x0A }
    return line.isEmpty ? "its holder is starting" : String(decoding: line, as: UTF8.self)
  }
}

/// The present time as `2026-01-31T12:00:00Z`.
private func timestamp() -> String {
  var now = time(nil)
  var parts = unsafe tm()
  guard unsafe gmtime_r(&now, &parts) != nil else { return "an unknown time" }
  func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
  let year = unsafe parts.tm_year + 1900
  let day = unsafe "\(year)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
  return unsafe "\(day)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
}
