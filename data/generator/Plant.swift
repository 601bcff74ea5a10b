import Foundation

/// The six channels of the plant, in the order of the columns.
enum Channel: Int, CaseIterable {
  case temperature, flow, pressure, power, vibration, valve

  /// Decimals in the file.
  var digits: Int {
    switch self {
    case .pressure, .vibration: 3
    default: 2
    }
  }
}

/// A cooling-water loop: a valve follows demand, the rest follows the valve.
///
/// All times count rows of 10 minutes; 144 rows are a day.
struct Plant {
  static let rowsPerDay = 144

  private var random: SplitMix64
  private var demandNoise = 0.0
  private var weather = 0.0
  private var supply = 0.0
  private var wear = 0.0
  private var position: [Double] = [46, 46, 46]  // the valve now, one and two rows ago
  private var flow = 60.0
  private var powers = [Double](repeating: 40, count: 4)
  private var temperature = 55.0

  init(random: SplitMix64) { self.random = random }

  /// The readings of rows `start ..< start + count`, after a day of running in.
  mutating func run(start: Int, count: Int) -> [[Double]] {
    for row in (start - Plant.rowsPerDay)..<start { _ = step(row) }
    return (start..<start + count).map { step($0) }
  }

  /// Advances the plant by one row and reads its six sensors.
  private mutating func step(_ row: Int) -> [Double] {
    advanceWeather()
    let day = 2 * Double.pi * Double(row % Plant.rowsPerDay) / Double(Plant.rowsPerDay)
    position = [valve(row, day), position[0], position[1]]
    // The water follows the valve one to two rows late.
    let target = (0.75 * position[1] + 0.25 * position[2]) * (1.25 + 0.04 * supply)
    flow += 0.7 * (target - flow) + random.normal(0, 0.35)
    let pressure = 7.4 - 0.00032 * flow * flow + 0.16 * supply
    let power = 9 + 0.34 * flow + 0.0018 * flow * flow + 0.8 * wear
    powers = [power] + powers.dropLast()
    let ambient = 17 - 4 * cos(day - 0.9) + 2 * weather
    // Heat needs half an hour to reach the sensor and two hours to settle.
    temperature += 0.12 * (ambient + 0.82 * powers[3] - temperature)
    return read(pressure, power)
  }

  /// Slow normal drift: weather over days, supply pressure over hours, wear over weeks.
  private mutating func advanceWeather() {
    demandNoise = 0.95 * demandNoise + random.normal(0, 0.36)
    weather = 0.996 * weather + random.normal(0, 0.089)
    supply = 0.985 * supply + random.normal(0, 0.172)
    wear = 0.998 * wear + random.normal(0, 0.063)
  }

  /// Demand over the day and the week, in percent of opening.
  private mutating func valve(_ row: Int, _ day: Double) -> Double {
    let weekend = (row / Plant.rowsPerDay + 4) % 7 >= 5  // day 0 is a Thursday, as in 1970
    let shape = -cos(day - 0.5) - 0.45 * cos(2 * day - 1.2)
    let opening = 46 + (weekend ? 7 : 12) * shape + (weekend ? -3 : 0) + 3.2 * demandNoise
    return min(97, max(8, opening))
  }

  /// Adds the sensors' own noise, in the order of `Channel`.
  private mutating func read(_ pressure: Double, _ power: Double) -> [Double] {
    let vibration = 0.9 + 0.022 * power + 0.10 * wear + random.normal(0, 0.03)
    return [
      temperature + random.normal(0, 0.18), flow + random.normal(0, 0.4),
      pressure + random.normal(0, 0.02), power + random.normal(0, 0.35),
      vibration, position[0] + random.normal(0, 0.3),
    ]
  }
}
