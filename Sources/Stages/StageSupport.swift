/// Tells how far a stage is: what it does and, if known, the share that is done.
package typealias ProgressHandler = @Sendable (_ activity: String, _ share: Double?) -> Void

/// Measures the seconds of named parts.
struct Stopwatch {
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant
  private(set) var seconds: [String: Double] = [:]

  init() { last = clock.now }

  /// Ends a part.
  mutating func lap(_ name: String) {
    let now = clock.now
    let duration = (now - last).components
    let time = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
    seconds[name, default: 0] += (time * 1000).rounded() / 1000
    last = now
  }
}
