/// Receives the progress of a stage: its activity and, if known, the completed fraction, 0...1.
package typealias ProgressHandler = @Sendable (_ activity: String, _ fraction: Double?) -> Void

/// Measures the wall-clock time of the parts of a stage, in seconds to the millisecond.
struct Stopwatch {
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant
  private(set) var seconds: [String: Double] = [:]

  init() { last = clock.now }

  /// Ends the part that began with the last lap, and adds its time to those under `name`.
  mutating func lap(_ name: String) {
    let now = clock.now
    let duration = (now - last).components
    let time = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
    seconds[name, default: 0] += (time * 1000).rounded() / 1000
    last = now
  }
}
