import Foundation

/// The ways a reading goes wrong.
enum FaultKind: String, CaseIterable {
  case spike, drift, stuck, shift, correlation

  /// How many rows it lasts.
  var lengths: ClosedRange<Int> {
    switch self {
    case .spike: 1...3
    case .drift: 36...64
    case .stuck: 28...50
    case .shift: 16...36
    case .correlation: 20...44
    }
  }

  /// How many the test file holds.
  var count: Int {
    switch self {
    case .spike: 8
    case .correlation: 5
    default: 4
    }
  }
}

/// One fault in one channel over `rows`.
struct Fault {
  let kind: FaultKind
  let channel: Channel
  let rows: Range<Int>

  /// What the `fault` column says.
  var name: String { "\(kind.rawValue):\(channel)" }
}

/// Mean and standard deviation of one channel.
struct Spread {
  let mean: Double
  let deviation: Double

  init(_ values: [Double]) {
    let known = values.filter { !$0.isNaN }
    let mean = known.reduce(0, +) / Double(known.count)
    let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    deviation = (squares / Double(known.count)).squareRoot()
  }
}

/// The test file's faults: one per slot of equal length, kinds shuffled, channels in turn.
func planFaults(rows: Int, random: inout SplitMix64) -> [Fault] {
  var kinds = FaultKind.allCases.flatMap { Array(repeating: $0, count: $0.count) }
  random.shuffle(&kinds)
  let slot = rows / kinds.count
  var turn = [FaultKind: Int]()
  return kinds.enumerated().map { index, kind in
    let length = random.integer(kind.lengths)
    let start = index * slot + random.integer(20...slot - length - 20)
    let place = turn[kind, default: random.integer(0...5)]
    turn[kind] = place + 1
    let channel = Channel.allCases[place % Channel.allCases.count]
    return Fault(kind: kind, channel: channel, rows: start..<start + length)
  }
}

/// Changes the readings of the fault's channel; offsets lead towards the mean, so that the
/// value alone stays ordinary.
func apply(
  _ fault: Fault, to readings: inout [[Double]], spread: Spread, random: inout SplitMix64
) {
  let column = fault.channel.rawValue
  let before = readings.map { $0[column] }
  let rows = fault.rows
  let centre = rows.reduce(0) { $0 + before[$1] } / Double(rows.count)
  let inward = centre > spread.mean ? -spread.deviation : spread.deviation
  let size = random.uniform(1.2, 1.7) * inward
  let held = before[rows.lowerBound]
  for row in rows {
    let progress = Double(row - rows.lowerBound + 1) / Double(rows.count)
    switch fault.kind {
    case .spike: readings[row][column] += 1.2 * size
    case .drift: readings[row][column] += 1.2 * size * min(1, 1.6 * progress)
    case .stuck: readings[row][column] = held
    case .shift: readings[row][column] += size
    // The channel plays its own record of ten hours before: its course is right, its partners not.
    case .correlation: readings[row][column] = before[max(0, row - 60)]
    }
  }
}
