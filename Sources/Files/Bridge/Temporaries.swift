import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The temporary files of this process that are on disk, so that one that is told to end can take
/// them along.
package enum Temporaries {
  private static let paths = Mutex<Set<String>>([])

  /// Creates a temporary file.
  static func create(_ path: String) throws(SystemFailure) -> Int32 {
    try paths.withLock { paths throws(SystemFailure) in
      let descriptor = try openDescriptor(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o666)
      paths.insert(path)
      return descriptor
    }
  }

  /// Gives a temporary file its final name by `move`.
  static func move(
    _ path: String, by move: () throws(SystemFailure) -> Void
  ) throws(SystemFailure) {
    try paths.withLock { paths throws(SystemFailure) in
      try move()
      paths.remove(path)
    }
  }

  static func remove(_ path: String) {
    paths.withLock { paths in
      guard paths.remove(path) != nil else { return }
      unsafe unlink(path)
    }
  }

  /// Ends the process at once, without its temporary files; final names stay as they are.
  ///
  /// Whoever creates or renames a file meanwhile waits for the end.
  package static func endProcess(code: Int32) -> Never {
    paths.withLock { paths in
      for path in paths { unsafe unlink(path) }
      _exit(code)
    }
  }
}
