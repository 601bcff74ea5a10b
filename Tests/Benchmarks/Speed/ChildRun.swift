import Foundation

/// A program that was run to its end, and what it cost.
struct ChildRun: Sendable {
  let wallSeconds, cpuSeconds: Double
  /// The most memory it held at a time, as last seen a moment before its end; 0 when it was too short
  /// to be seen.
  let peakBytes: Int

  /// Runs a program; throws what it said when it fails.
  ///
  /// * `output`: the file that takes what the program prints; errors go beside it.
  static func of(_ program: String, _ arguments: [String], output: String) throws -> ChildRun {
    let start = ContinuousClock.now
    let child = try spawn([program] + arguments, output: output)
    var (status, peak, usage) = (Int32(0), 0, rusage())
    while unsafe wait4(child, &status, WNOHANG, &usage) == 0 {
      // The end is seen with a delay of 2 % at most, and watching costs next to nothing.
      let elapsed = seconds(since: start)
      if elapsed > 0.02 { peak = peakMemory(of: child) ?? peak }
      usleep(UInt32(min(10_000, max(100, 2e4 * elapsed))))
    }
    let wall = seconds(since: start)
    guard status == 0 else {
      let errors = try? String(contentsOfFile: output + ".err", encoding: .utf8)
      throw ChildFailure(
        description: "\(program) \(arguments.joined(separator: " ")): \(errors ?? "failed")")
    }
    let cpu = [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + 1e-6 * Double($1.tv_usec)
    }
    return ChildRun(wallSeconds: wall, cpuSeconds: cpu, peakBytes: peak)
  }
}

/// A program that ended with an error.
struct ChildFailure: Error, CustomStringConvertible {
  let description: String
}

/// Starts a program with its own choice of BLAS kernels, and returns its process.
private func spawn(_ words: [String], output: String) throws -> pid_t {
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  let mode = O_WRONLY | O_CREAT | O_TRUNC
  unsafe posix_spawn_file_actions_addopen(&actions, 1, output, mode, 0o600)
  unsafe posix_spawn_file_actions_addopen(&actions, 2, output + ".err", mode, 0o600)
  let settings = ProcessInfo.processInfo.environment.filter { $0.key != "OPENBLAS_CORETYPE" }
  let arguments = unsafe words.map { unsafe strdup($0) } + [nil]
  let environment = unsafe settings.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
  defer {
    for index in unsafe arguments.indices { unsafe free(arguments[index]) }
    for index in unsafe environment.indices { unsafe free(environment[index]) }
  }
  var child = pid_t()
  let fault = unsafe posix_spawn(&child, words[0], &actions, nil, arguments, environment)
  guard fault == 0 else {
    throw ChildFailure(description: "\(words[0]) does not start: error \(fault)")
  }
  return child
}

/// The high-water mark of a running process.
///
/// The `ru_maxrss` that waiting returns will not do: a child starts out with the mark of its parent.
private func peakMemory(of process: pid_t) -> Int? {
  guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
    let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
  else { return nil }
  return Int(line.filter(\.isNumber)).map { $0 << 10 }
}
