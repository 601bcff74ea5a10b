import Synchronization

/// A signal's request to end the process, which work that has something worth keeping may put off
/// until it is kept.
package enum Interruption {
  private static let state = Mutex((deferrals: 0, code: Int32?.none))

  /// The exit code that is asked for.
  package static var code: Int32? { state.withLock { $0.code } }

  /// Asks for the end; true when somebody will answer.
  ///
  /// Whoever asks twice is not put off.
  package static func request(code: Int32) -> Bool {
    state.withLock { state in
      guard state.deferrals > 0, state.code == nil else { return false }
      state.code = code
      return true
    }
  }

  /// From here on somebody looks at `code` every now and then.
  package static func `defer`() { state.withLock { $0.deferrals += 1 } }

  /// The opposite of `defer`; the exit code, if the end was asked for meanwhile.
  package static func undefer() -> Int32? {
    state.withLock { state in
      state.deferrals -= 1
      return state.code
    }
  }
}
