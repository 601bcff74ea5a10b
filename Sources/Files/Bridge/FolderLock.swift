#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lets one run at a time write in a folder; ends with the process, however that ends.
package final class FolderLock {
  private let descriptor: Int32

  /// Takes the lock of a folder or says who holds it.
  ///
  /// * `holder`: what to tell others about this run.
  package init(folder: String, holder: String) throws(OutputError) {
    let path = folder + "/.stillwater.lock"
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: lastReason()) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let other = Self.text(of: descriptor)
      _ = close(descriptor)
      throw .busy(path: folder, holder: other)
    }
    _ = ftruncate(descriptor, 0)
    let bytes = Array("process \(getpid()), \(holder)\n".utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  deinit { _ = close(descriptor) }

  private static func text(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
    }
    let line = bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
    return line.isEmpty ? "unknown" : String(decoding: line, as: UTF8.self)
  }
}
