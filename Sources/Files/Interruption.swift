import Synchronization

/// A request to end the process that work with unsaved results, such as training, may defer until it
/// has written a checkpoint.
///
/// Thread-safe: the signal thread requests, worker tasks poll `code`.
package enum Interruption {
  private static let state = Mutex((deferrals: 0, code: Int32?.none))

  /// The requested exit code (128 + signal); nil while nobody has requested the end.
  package static var code: Int32? { state.withLock { $0.code } }

  /// Requests the end; true when deferred work will act on it.
  ///
  /// False means that the caller must end the process itself: nothing is deferring, or this is the
  /// second request, so that pressing Control-C twice always stops the program.
  package static func request(code: Int32) -> Bool {
    state.withLock { state in
      guard state.deferrals > 0, state.code == nil else { return false }
      state.code = code
      return true
    }
  }

  /// Begins work that polls `code` regularly; balanced by `undefer()`.
  package static func `defer`() { state.withLock { $0.deferrals += 1 } }

  /// Ends what `defer()` began; returns the exit code if the end has been requested meanwhile.
  package static func undefer() -> Int32? {
    state.withLock { state in
      state.deferrals -= 1
      return state.code
    }
  }
}
