package import Compute
package import Tabular

/// A gap-free run of consecutive rows of one series, encoded; windows never cross its ends.
package struct Segment: Sendable, Equatable {
  /// Indices of its rows in their table, in the order of time, `[count]`.
  package let rows: [Int]
  /// `[count, channels]`, encoded units, finite.
  package var values: Matrix
  /// Whether a value was missing and has been imputed, `[count * channels]`, row-major.
  package let filled: [Bool]

  package init(rows: [Int], values: Matrix, filled: [Bool]) {
    precondition(
      rows.count == values.rows && filled.count == values.values.count,
      "\(rows.count) rows and \(filled.count) marks for [\(values.rows), \(values.columns)]")
    (self.rows, self.values, self.filled) = (rows, values, filled)
  }
}

/// One channel of a series: a numeric column, encoded as (x - mean) / scale.
package struct Channel: Sendable, Equatable, Codable {
  /// The column's name.
  package let name: String
  /// The baseline's mean, in the column's unit.
  package let mean: Double
  /// The length of one encoded unit: the baseline's deviation, or more where the channel hardly moves.
  package let scale: Double
  /// The number of distinct values in the baseline, counted up to 3: 2 means an on-off signal.
  package let distinct: Int

  package init(name: String, mean: Double, scale: Double, distinct: Int) {
    (self.name, self.mean, self.scale, self.distinct) = (name, mean, scale, distinct)
  }
}

/// Location and spread of a channel's present cells, in the column's unit.
private struct Spread {
  let mean, deviation, low, high: Double

  /// Nil when all cells are missing.
  init?(of cells: [Double]) {
    let present = cells.filter { !$0.isNaN }
    guard let low = present.min(), let high = present.max() else { return nil }
    // Squares of cells beyond 1e150 would overflow.
    let most = max(-low, high)
    let unit = most > 1e150 ? most : 1
    let moments = Moments(of: present.lazy.map { $0 / unit })
    (self.low, self.high) = (low, high)
    (mean, deviation) = (moments.mean * unit, moments.deviation * unit)
  }
}

/// Turns the rows of a series into standardized channels and splits them at gaps in time; fitted on
/// the baseline only.
package struct SeriesEncoder: Sendable, Equatable, Codable {
  /// The channels, in the order of the schema's features.
  package let channels: [Channel]
  /// The baseline's sampling interval in nanoseconds; nil without a time column.
  package let interval: Int64?
  /// Encoded values are clipped to ± this.
  static let bound = 100.0
  /// A step longer than this many intervals is a gap.
  static let gapFactor = 1.5
  /// The fewest rows of a baseline's longest segment: quarters of it are left out in turn.
  package static let fewestRows = 4
  /// The longest missing run, in rows, that is interpolated linearly; longer ones get the mean.
  static let shortRun = 10

  package init(channels: [Channel], interval: Int64?) {
    (self.channels, self.interval) = (channels, interval)
  }

  /// Fits the channels to the feature columns of the baseline.
  ///
  /// * `tables`: one for each file; all are pooled.
  /// * `interval`: the sampling interval in nanoseconds; nil without a time column.
  ///
  /// Throws `tooFewRows`, `noFeatures`, `allMissing`, `missingColumn` or `wrongKind`.
  package static func fit(to tables: [Table], schema: Schema, interval: Int64?)
    throws(EncodingError) -> SeriesEncoder
  {
    let rows = tables.reduce(0) { $0 + $1.rowCount }
    guard rows >= TableEncoder.fewestRows else {
      throw .tooFewRows(found: rows, needed: TableEncoder.fewestRows)
    }
    var columns: [(name: String, spread: Spread, distinct: Int)] = []
    for feature in schema.features {
      var cells: [Double] = []
      for table in tables { cells += try numbers(feature.name, in: table) }
      guard let spread = Spread(of: cells) else { throw .allMissing(column: feature.name) }
      columns.append((feature.name, spread, distinct(cells, most: 3)))
    }
    guard !columns.isEmpty else { throw .noFeatures }
    let scales = scales(of: columns.map(\.spread))
    return SeriesEncoder(
      channels: zip(columns, scales).map {
        Channel(name: $0.name, mean: $0.spread.mean, scale: $1, distinct: $0.distinct)
      }, interval: interval)
  }

  /// The encoded unit of each channel: its deviation, with a floor that keeps channels which hardly
  /// move from turning rounding noise into anomalies.
  ///
  /// Channels that all stay within -1...1 have evidently been normalised together; their floor is the
  /// median deviation. Otherwise units are incomparable and the floor is a tenth of the channel's own
  /// range, or of its magnitude if it is constant. A channel that is always 0 takes the median deviation.
  private static func scales(of spreads: [Spread]) -> [Double] {
    let moving = spreads.map(\.deviation).filter { $0 > 0 }.sorted()
    let usual = moving.isEmpty ? 1 : quantile(ofSorted: moving, 0.5)
    let areOfOneScale = spreads.count > 1 && spreads.allSatisfy { $0.low >= -1 && $0.high <= 1 }
    return spreads.map { spread in
      if areOfOneScale { return max(spread.deviation, usual) }
      if spread.low == 0, spread.high == 0 { return usual }
      let tenth =
        spread.low == spread.high
        ? spread.mean.magnitude / 10 : spread.high / 10 - spread.low / 10
      // A change by a billionth of the magnitude may be rounding.
      return max(
        spread.deviation, tenth, spread.mean.magnitude * 1e-9, .leastNormalMagnitude)
    }
  }

  private static func numbers(_ name: String, in table: Table) throws(EncodingError) -> [Double] {
    guard let column = table.column(named: name) else { throw .missingColumn(name) }
    guard case .numbers(let values) = column.values else {
      throw .wrongKind(column: name, expected: "numbers: a series learns from numeric columns")
    }
    return values
  }

  /// The number of distinct present cells, counted up to `most`.
  private static func distinct(_ cells: [Double], most: Int) -> Int {
    var seen: Set<Double> = []
    for cell in cells where !cell.isNaN {
      seen.insert(cell)
      if seen.count >= most { break }
    }
    return seen.count
  }

  /// Encodes one series and splits it where time advances by more than one and a half intervals.
  ///
  /// * `table`: the rows of one file.
  /// * `rows`: indices of the rows of one series in it, in the order of time.
  /// * `times`: the time of every row of the table in nanoseconds; nil for a single segment.
  ///
  /// Throws `missingColumn` or `wrongKind`.
  package func segments(of table: Table, rows: [Int], times: [Int64]?) throws(EncodingError)
    -> [Segment]
  {
    var columns: [[Double]] = []
    for channel in channels { columns.append(try Self.numbers(channel.name, in: table)) }
    return cut(rows, times).map { run in
      var values = Matrix(rows: run.count, columns: channels.count)
      var filled = [Bool](repeating: false, count: values.values.count)
      for (index, channel) in channels.enumerated() {
        let encoded = run.map { row in encode(columns[index][row], channel) }
        for (offset, value) in Self.interpolated(encoded).enumerated() {
          values[offset, index] = Float(value)
          filled[offset * channels.count + index] = encoded[offset].isNaN
        }
      }
      return Segment(rows: Array(run), values: values, filled: filled)
    }
  }

  /// (value - mean) / scale, clipped; NaN (missing) stays NaN.
  private func encode(_ value: Double, _ channel: Channel) -> Double {
    guard !value.isNaN else { return .nan }
    let difference = value - channel.mean
    let z =
      difference.isFinite
      ? difference / channel.scale : value / channel.scale - channel.mean / channel.scale
    return min(Self.bound, max(-Self.bound, z.isNaN ? Self.bound : z))
  }

  /// The inverse of the encoding of one channel, in the column's unit.
  package func decode(_ encoded: Float, channel: Int) -> Double {
    Double(encoded) * channels[channel].scale + channels[channel].mean
  }

  /// Splits rows at gaps in time.
  private func cut(_ rows: [Int], _ times: [Int64]?) -> [ArraySlice<Int>] {
    guard let times, let interval, interval > 0 else { return rows.isEmpty ? [] : [rows[...]] }
    let limit = Double(interval) * Self.gapFactor
    var (runs, start) = ([ArraySlice<Int>](), 0)
    for index in rows.indices.dropFirst() {
      let step = Double(times[rows[index]]) - Double(times[rows[index - 1]])
      if step > limit {
        runs.append(rows[start..<index])
        start = index
      }
    }
    if start < rows.count { runs.append(rows[start...]) }
    return runs
  }

  /// Imputes NaN in encoded values: short runs by linear interpolation (at an end by the nearest
  /// value), runs longer than `shortRun` by 0, the baseline's mean.
  static func interpolated(_ values: [Double]) -> [Double] {
    var (result, index) = (values, 0)
    while index < values.count {
      guard values[index].isNaN else {
        index += 1
        continue
      }
      let end = values[index...].firstIndex { !$0.isNaN } ?? values.count
      let before = index > 0 ? values[index - 1] : nil
      let after = end < values.count ? values[end] : nil
      let short = end - index <= shortRun
      for row in index..<end {
        let fraction = Double(row - index + 1) / Double(end - index + 1)
        let (left, right) = (before ?? after ?? 0, after ?? before ?? 0)
        result[row] = short ? left + fraction * (right - left) : 0
      }
      index = end
    }
    return result
  }
}
