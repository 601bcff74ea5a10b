#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Removes an output's temporary files whose writers have died; failures are ignored.
///
/// A file is stale when nobody holds the lock that writers keep on it, and its process is dead or has
/// our own number (containers reuse process numbers immediately).
func removeStaleTemporaries(_ temporary: TemporaryName, beside path: PathParts) {
  guard let directory = unsafe opendir(path.folder) else { return }
  defer { unsafe closedir(directory) }
  while let entry = unsafe readdir(directory) {
    let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
      unsafe Array($0.prefix { $0 != 0 })
    }
    guard let name = String(validating: bytes, as: UTF8.self),
      let process = temporary.process(in: name), process == getpid() || isDead(process),
      !isLocked(path.sibling(name))
    else { continue }
    unsafe unlink(path.sibling(name))
  }
}

/// Whether no process has this number; one of another user (`EPERM`) is alive.
private func isDead(_ process: Int32) -> Bool {
  process > 0 && kill(process, 0) != 0 && errno == ESRCH
}

/// Whether a writer, of this or another process, holds the lock on its temporary.
private func isLocked(_ path: String) -> Bool {
  do throws(SystemFailure) {
    let descriptor = try openDescriptor(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, mode: 0)
    defer { close(descriptor) }
    _ = try uninterrupted { Int(flock(descriptor, LOCK_EX | LOCK_NB)) }
    return false
  } catch {
    return error.isBusy
  }
}
