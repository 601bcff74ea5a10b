import Foundation

/// Readings with their faults, ready to be written.
struct SensorSeries {
  let start: Int
  var readings: [[Double]]
  var faults: [Fault] = []
  var dropped: Set<Int> = []

  static let header = ["time"] + Channel.allCases.map { "\($0)" }

  /// Loses some cells, some stretches of one channel and some stretches of whole rows.
  mutating func loseData(stretches: Int, random: inout SplitMix64) {
    let count = readings.count
    for _ in 0..<stretches {
      let first = random.integer(0...count - 40)
      dropped.formUnion(first..<first + random.integer(3...30))
      let silent = random.integer(0...count - 40)
      let channel = random.integer(0...5)
      for row in silent..<silent + random.integer(4...18) { readings[row][channel] = .nan }
    }
    for row in 0..<count where random.chance(0.012) {
      readings[row][random.integer(0...5)] = .nan
    }
    let faulty = faults.flatMap { Array($0.rows) }
    dropped.subtract(faulty)
  }

  /// The CSV rows; `labelled` adds `label` and `fault`.
  func rows(labelled: Bool) -> [[String]] {
    var names = [Int: String]()
    for fault in faults { for row in fault.rows { names[row] = fault.name } }
    return readings.indices.filter { !dropped.contains($0) }.map { row in
      var cells = [timestamp(minutes: (start + row) * 10)]
      for channel in Channel.allCases {
        cells.append(fixed(readings[row][channel.rawValue], channel.digits))
      }
      guard labelled else { return cells }
      return cells + [names[row] == nil ? "0" : "1", names[row] ?? ""]
    }
  }
}

/// Row number of 2025-03-03T00:00Z, a Monday, in steps of 10 minutes since 1970.
let firstRow = 20_150 * Plant.rowsPerDay

/// Writes `sensors/baseline.csv` and `sensors/test.csv`, and returns the normal spreads.
func writeSensors(to folder: String, seed: UInt64) throws -> [Spread] {
  let rows = 28 * Plant.rowsPerDay
  var plant = Plant(random: SplitMix64(seed: seed, stream: "plant"))
  let readings = plant.run(start: firstRow, count: 2 * rows)
  var random = SplitMix64(seed: seed, stream: "sensor faults")
  var baseline = SensorSeries(start: firstRow, readings: Array(readings[..<rows]))
  let spreads = Channel.allCases.map { channel in
    Spread(baseline.readings.map { $0[channel.rawValue] })
  }
  var test = SensorSeries(start: firstRow + rows, readings: Array(readings[rows...]))
  test.faults = planFaults(rows: rows, random: &random)
  for fault in test.faults {
    let spread = spreads[fault.channel.rawValue]
    apply(fault, to: &test.readings, spread: spread, random: &random)
  }
  baseline.loseData(stretches: 5, random: &random)
  test.loseData(stretches: 5, random: &random)
  let header = SensorSeries.header
  try write(baseline.rows(labelled: false), header: header, to: folder + "/sensors/baseline.csv")
  try write(
    test.rows(labelled: true), header: header + ["label", "fault"],
    to: folder + "/sensors/test.csv")
  return spreads
}

/// Writes one short file per machine of the same build; two machines have faults.
func writeFleet(to folder: String, seed: UInt64, spreads: [Spread]) throws {
  let faults: [String: [Fault]] = [
    "machine-02": [
      Fault(kind: .drift, channel: .flow, rows: 270..<340),
      Fault(kind: .shift, channel: .power, rows: 110..<146),
    ],
    "machine-04": [
      Fault(kind: .stuck, channel: .flow, rows: 150..<200),
      Fault(kind: .correlation, channel: .temperature, rows: 330..<380),
    ],
  ]
  for name in ["machine-01", "machine-02", "machine-03", "machine-04"] {
    var random = SplitMix64(seed: seed, stream: name)
    var plant = Plant(random: SplitMix64(seed: seed, stream: "plant of " + name))
    let start = firstRow + 56 * Plant.rowsPerDay
    var series = SensorSeries(start: start, readings: plant.run(start: start, count: 432))
    series.faults = faults[name] ?? []
    for fault in series.faults {
      let spread = spreads[fault.channel.rawValue]
      apply(fault, to: &series.readings, spread: spread, random: &random)
    }
    series.loseData(stretches: 1, random: &random)
    let path = folder + "/fleet/" + name + ".csv"
    try write(series.rows(labelled: false), header: SensorSeries.header, to: path)
  }
}
