#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the bytes of an output go: standard output, a pipe or device, or a temporary file.
///
/// Resolves links, checks the path against the inputs and removes stale temporaries; opens nothing
/// until `open()`.
struct OutputTarget {
  /// The temporary file's path; nil when the bytes are written directly.
  let temporary: String?
  /// Whether the descriptor is to be closed by us, unlike that of standard output.
  var isOwned: Bool { path != "-" }

  private let path: String
  /// The path that is replaced: the file that a link leads to, not the link itself.
  private let destination: String
  /// The permissions of the replaced file; nil when there is none.
  private let mode: mode_t?

  init(path: String, existing: ExistingOutput, inputs: [String]) throws(OutputError) {
    self.path = path
    guard path != "-" else {
      try Self.refuse(inputs, path: path, FileIdentity(descriptor: STDOUT_FILENO))
      (destination, temporary, mode) = (path, nil, nil)
      return
    }
    try Self.checkName(path)
    try Self.refuse(inputs, path: path, FileIdentity(path: path))
    let old = try Self.oldFile(path, existing)
    destination = resolvedLink(path)
    let parts = PathParts(destination)
    let name = TemporaryName(of: parts.name)
    let isRegular = old.map { $0 & S_IFMT == S_IFREG } ?? true
    temporary = isRegular ? parts.sibling(name.text(process: getpid())) : nil
    mode = old.map { $0 & 0o777 }
    if isRegular { removeStaleTemporaries(name, beside: parts) }
  }

  /// Opens the descriptor to write to, creating and locking the temporary file.
  func open() throws(SystemFailure) -> Int32 {
    guard isOwned else { return STDOUT_FILENO }
    guard let temporary else { return try openDescriptor(path, O_WRONLY, mode: 0) }
    let descriptor = try Temporaries.create(temporary)
    // The lock marks this temporary as having a living writer; on file systems without locks the
    // process number in its name must suffice.
    flock(descriptor, LOCK_EX | LOCK_NB)
    // The new file inherits the permissions of the old one where the system lets us set them.
    if let mode { fchmod(descriptor, mode) }
    return descriptor
  }

  /// Renames the temporary file onto the output's name and makes the rename durable.
  func moveIntoPlace(_ existing: ExistingOutput) throws(SystemFailure) {
    guard let temporary else { return }
    try Temporaries.move(temporary) { () throws(SystemFailure) in
      switch existing {
      case .replace:
        _ = try uninterrupted { Int(unsafe rename(temporary, destination)) }
      case .refuse:  // a link, other than a rename, fails when the name has been taken meanwhile
        try linkIntoPlace(temporary)
      }
    }
    try synchronize(folder: PathParts(destination).folder)
  }

  /// Gives the temporary file the output's name by `link(2)`, which fails when the name is taken.
  private func linkIntoPlace(_ temporary: String) throws(SystemFailure) {
    do throws(SystemFailure) {
      _ = try uninterrupted { Int(unsafe link(temporary, destination)) }
      unsafe unlink(temporary)
    } catch {
      guard error.code == EPERM || error.code == ENOTSUP else { throw error }
      // Without hard links, test first; another process can slip in between.
      guard unsafe access(destination, F_OK) != 0 else { throw SystemFailure(code: EEXIST) }
      _ = try uninterrupted { Int(unsafe rename(temporary, destination)) }
    }
  }

  private static func checkName(_ path: String) throws(OutputError) {
    guard !path.utf8.contains(0) else {
      throw .cannotCreate(path: path, reason: "a path cannot hold a NUL byte")
    }
    guard !path.isEmpty, !PathParts(path).name.isEmpty else {
      throw .cannotCreate(path: path, reason: "it names no file")
    }
  }

  /// Throws `isInput` when the output is one of the inputs; redirected standard streams count too.
  static func refuse(
    _ inputs: [String], path: String, _ identity: FileIdentity?
  ) throws(OutputError) {
    guard let identity else { return }
    for input in inputs {
      let source =
        input == "-" ? FileIdentity(descriptor: STDIN_FILENO) : FileIdentity(path: input)
      if source == identity { throw .isInput(path: path) }
    }
  }

  /// The mode of what already has the name, nil when nothing does; directories are refused.
  private static func oldFile(
    _ path: String, _ existing: ExistingOutput
  ) throws(OutputError) -> mode_t? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw .cannotCreate(path: path, reason: systemReason(errno))
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw .cannotCreate(path: path, reason: "it is a directory, expected a file")
    }
    if existing == .refuse && status.st_mode & S_IFMT == S_IFREG { throw .exists(path: path) }
    return status.st_mode
  }
}

/// The absolute path with all links resolved; the path itself when `realpath(3)` fails.
private func resolvedLink(_ path: String) -> String {
  var room = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
  guard unsafe realpath(path, &room) != nil else { return path }
  let bytes = room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return String(validating: bytes, as: UTF8.self) ?? path
}
