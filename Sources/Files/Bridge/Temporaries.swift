import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The registry of this process's temporary files, which lets a terminating process remove them.
///
/// One lock covers both the registry and the file operations, so a file is never on disk unregistered.
package enum Temporaries {
  private static let paths = Mutex<Set<String>>([])

  /// Creates and registers a temporary file; throws EEXIST if it exists.
  static func create(_ path: String) throws(SystemFailure) -> Int32 {
    try paths.withLock { paths throws(SystemFailure) in
      let descriptor = try openDescriptor(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o666)
      paths.insert(path)
      return descriptor
    }
  }

  /// Lets `move` rename a temporary file and unregisters it; it stays registered if `move` throws.
  static func move(
    _ path: String, by move: () throws(SystemFailure) -> Void
  ) throws(SystemFailure) {
    try paths.withLock { paths throws(SystemFailure) in
      try move()
      paths.remove(path)
    }
  }

  /// Deletes a temporary file unless it has already been moved or removed.
  static func remove(_ path: String) {
    paths.withLock { paths in
      guard paths.remove(path) != nil else { return }
      unsafe unlink(path)
    }
  }

  /// Deletes all temporary files and ends the process at once; committed files stay.
  ///
  /// The lock is never released, so no other thread can create or rename a file in between.
  package static func endProcess(code: Int32) -> Never {
    paths.withLock { paths in
      for path in paths { unsafe unlink(path) }
      _exit(code)
    }
  }
}
