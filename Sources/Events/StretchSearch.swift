import Compute
import Diffusion

/// Finds the stretch of rows, and the channels, whose replacement by their conditional mean takes most
/// off the distance of the window around a row.
struct StretchSearch: Sendable {
  /// One for each channel, all of one length.
  private(set) var inpainters: [WindowInpainter]
  /// How much more than by design a normal window's distance is, for each channel.
  let heat: [Double]
  let options: EventOptions
  private let plan: SearchPlan

  /// A stretch, or a change of level with its transition.
  struct Candidate {
    var rows: Range<Int>
    /// Channels with what their rows give beyond their price.
    var gains: [(channel: Int, gain: Float)]
    /// The constant by which each of these channels moves from the stretch's end on; empty for none.
    var shifts: [Float]

    var channels: [Int] { gains.map(\.channel) }
  }

  init(_ inpainters: [WindowInpainter], heat: [Double], options: EventOptions) {
    (self.inpainters, self.heat, self.options) = (inpainters, heat, options)
    let (window, single) = (inpainters[0].length, inpainters.count == 1)
    plan = SearchPlan(
      window: window, longest: options.longest(channels: inpainters.count),
      strides: [1, 3, single ? 6 : 5], levelStride: single ? 1 : 2)
  }

  var length: Int { inpainters[0].length }
  private var isSingle: Bool { inpainters.count == 1 }

  /// The same for a segment of fewer rows.
  func shortened(to rows: Int) -> StretchSearch {
    StretchSearch(inpainters.map { $0.shortened(to: rows) }, heat: heat, options: options)
  }

  /// The window of a series around `row`, moved inwards at the ends.
  func window(around row: Int, of rows: Int) -> Range<Int> {
    let start = min(max(0, row - length / 2), max(0, rows - length))
    return start..<start + length
  }

  /// The best candidate around a row; nil when nothing is worth its price.
  ///
  /// * `hidden`: rows that are hidden already and cost nothing, `[rows * channels]`.
  mutating func candidate(
    around row: Int, in values: Matrix, hidden: [Bool], levels: Bool
  ) -> Candidate? {
    let window = window(around: row, of: values.rows)
    let gradients = inpainters.indices.map { channel in
      let gradient = inpainters[channel].gradient(of: values.rows(window, channel: channel))
      let scale = 1 / heat[channel].squareRoot()
      return gradient.map { $0 * scale }
    }
    let costs = inpainters.indices.map { channel in
      window.map { hidden[$0 * values.columns + channel] ? 0 : options.rowPrice }
    }
    let scene = Scene(
      start: window.lowerBound, gradients: gradients, costs: costs, searched: searched(gradients))
    let best = bestStretch(scene)
    if levels, let change = bestLevel(scene, above: best?.value ?? 0) { return change }
    guard let best, best.value > (isSingle ? options.channelPrice : 0) else { return nil }
    return finished(best.rows, scene)
  }

  /// A window as the search sees it.
  private struct Scene {
    let start: Int
    /// `[channels][length]`, in units of each channel's heat.
    let gradients: [[Double]]
    /// What hiding a row costs.
    let costs: [[Float]]
    /// The channels that are searched.
    let searched: [Int]
  }

  /// The channels in which a single row stands out most.
  private func searched(_ gradients: [[Double]]) -> [Int] {
    guard gradients.count > options.channels else { return Array(gradients.indices) }
    let greatest = gradients.indices.map { channel in
      let precision = inpainters[channel].precision
      return gradients[channel].indices.reduce(0.0) { most, row in
        let g = gradients[channel][row]
        return max(most, g * g / max(precision[row, row], 1e-9))
      }
    }
    return Array(
      gradients.indices.sorted { (greatest[$0], $1) > (greatest[$1], $0) }.prefix(options.channels))
  }

  /// What a gain is worth: of several channels, what exceeds the price of naming one.
  private func worth(_ value: Float) -> Float {
    isSingle ? value : max(0, value - options.channelPrice)
  }

  private mutating func bestStretch(_ scene: Scene) -> (rows: Range<Int>, value: Float)? {
    var best: (rows: Range<Int>, value: Float)?
    for scan in plan.scans.indices {
      var totals: Matrix?
      var table: SearchTables.Scan?
      for channel in scene.searched {
        let scans = inpainters[channel].searchTables(plan).scans[scan]
        table = scans
        var gains = scans.gains(scene.gradients[channel])
        for (index, start) in scans.starts.enumerated() {
          var cost: Float = 0
          for offset in 0..<scans.length {
            cost += scene.costs[channel][start + offset]
            let place = index * scans.length + offset
            gains.values[place] = worth(gains.values[place] - cost)
          }
        }
        totals = totals.map { $0.adding(gains) } ?? gains
      }
      guard let totals, let table, let place = totals.values.indexOfGreatest else { continue }
      let value = totals.values[place]
      guard value > (best?.value ?? -.infinity) + 1e-9 else { continue }
      let start = table.starts[place / table.length]
      best = (start..<start + place % table.length + 1, value)
    }
    return best
  }

  private mutating func bestLevel(_ scene: Scene, above least: Float) -> Candidate? {
    var totals: Matrix?
    var each: [(channel: Int, values: Matrix, shifts: Matrix)] = []
    var starts: [Int] = []
    for channel in scene.searched {
      let scan = inpainters[channel].searchTables(plan).levels
      guard !scan.starts.isEmpty else { return nil }
      starts = scan.starts
      var (gains, shifts) = scan.gains(scene.gradients[channel])
      var values = gains
      for (index, start) in starts.enumerated() {
        var cost = options.levelPrice
        for offset in 0..<scan.width {
          let place = index * scan.width + offset
          gains.values[place] -= cost
          values.values[place] = worth(gains.values[place])
          cost += scene.costs[channel][start + offset]
        }
      }
      let scale = Float(heat[channel].squareRoot())
      for index in shifts.values.indices { shifts.values[index] *= scale }
      each.append((channel, gains, shifts))
      totals = totals.map { $0.adding(values) } ?? values
    }
    guard let totals, let place = totals.values.indexOfGreatest,
      totals.values[place] > max(least, isSingle ? options.channelPrice : 0)
    else { return nil }
    let start = scene.start + starts[place / totals.columns]
    let named = each.filter { $0.values.values[place] > options.channelPrice }
    return Candidate(
      rows: start..<start + place % totals.columns,
      gains: named.map { ($0.channel, $0.values.values[place]) },
      shifts: named.map { $0.shifts.values[place] })
  }

  /// A stretch with its edges where they belong, and all channels that it is worth its price in.
  private func finished(_ rows: Range<Int>, _ scene: Scene) -> Candidate? {
    var rows = rows
    if rows.count > 16 { rows = refined(refined(rows, scene), scene) }
    if rows.count > 1 { rows = trimmed(rows, scene) }
    let gains = inpainters.indices.compactMap { channel -> (channel: Int, gain: Float)? in
      let order = Array(rows)
      let gain = inpainters[channel].gains(hiding: order, gradient: scene.gradients[channel])
      let value = Float(gain[order.count - 1]) - cost(rows, channel, scene)
      return isSingle || value > options.channelPrice ? (channel, value) : nil
    }
    guard !gains.isEmpty else { return nil }
    let place = scene.start + rows.lowerBound
    return Candidate(
      rows: place..<place + rows.count, gains: gains.sorted { $0.gain > $1.gain }, shifts: [])
  }

  private func cost(_ rows: Range<Int>, _ channel: Int, _ scene: Scene) -> Float {
    rows.reduce(0) { $0 + scene.costs[channel][$1] }
  }

  /// Both edges moved by up to five rows, one after the other.
  private func refined(_ rows: Range<Int>, _ scene: Scene) -> Range<Int> {
    let starts = max(0, rows.lowerBound - 5)..<min(rows.lowerBound + 6, rows.upperBound)
    let backwards = values(
      of: (starts.lowerBound..<rows.upperBound).reversed(), scene)
    let start = starts.max { a, b in
      backwards[rows.upperBound - 1 - a] < backwards[rows.upperBound - 1 - b]
    }
    let first = start ?? rows.lowerBound
    let ends = max(first + 1, rows.upperBound - 5)..<min(length, rows.upperBound + 5) + 1
    let forwards = values(of: Array(first..<ends.upperBound - 1), scene)
    let end = ends.max { forwards[$0 - 1 - first] < forwards[$1 - 1 - first] }
    return first..<(end ?? rows.upperBound)
  }

  /// What hiding the first k of the rows is worth, over the channels that are searched.
  private func values(of order: [Int], _ scene: Scene) -> [Float] {
    var totals = [Float](repeating: 0, count: order.count)
    for channel in scene.searched {
      let gains = inpainters[channel].gains(hiding: order, gradient: scene.gradients[channel])
      var cost: Float = 0
      for (index, row) in order.enumerated() {
        cost += scene.costs[channel][row]
        totals[index] += worth(Float(gains[index]) - cost)
      }
    }
    return totals
  }

  /// Without the edge rows that add less than a share of what the mean row gives.
  private func trimmed(_ rows: Range<Int>, _ scene: Scene) -> Range<Int> {
    var hidings = scene.searched.map { channel in
      Hiding(
        rows, inpainters[channel], scene.gradients[channel], cost: cost(rows, channel, scene))
    }
    var rows = rows
    func total(_ value: (Hiding) -> Float) -> Float {
      hidings.reduce(0) { $0 + worth(value($1)) }
    }
    var full = total { $0.value }
    let least =
      Float(options.trim) * (full + options.rowPrice * Float(rows.count)) / Float(rows.count)
    while rows.count > 1 {
      let (first, last) = (rows.lowerBound, rows.upperBound - 1)
      let withoutFirst = zip(hidings, scene.searched).reduce(Float(0)) {
        $0 + worth($1.0.value(without: 0, cost: scene.costs[$1.1][first]))
      }
      let withoutLast = zip(hidings, scene.searched).reduce(Float(0)) {
        $0 + worth($1.0.value(without: rows.count - 1, cost: scene.costs[$1.1][last]))
      }
      let kept = max(withoutFirst, withoutLast)
      guard full - kept + options.rowPrice <= least else { break }
      let dropsFirst = withoutFirst >= withoutLast
      for (index, channel) in scene.searched.enumerated() {
        hidings[index].drop(
          first: dropsFirst, cost: scene.costs[channel][dropsFirst ? first : last])
      }
      rows = dropsFirst ? first + 1..<rows.upperBound : first..<last
      full = kept
    }
    return rows
  }
}

/// A stretch of a channel that loses rows at its edges.
private struct Hiding {
  /// M_SS^-1 of the stretch as it was, downdated.
  private var covariance: DoubleMatrix
  /// M_SS^-1 g_S.
  private var correction: [Double]
  private var gain: Double
  private var cost: Float
  /// The rows that are left.
  private var kept: Range<Int>

  var value: Float { Float(gain) - cost }

  init(_ rows: Range<Int>, _ inpainter: WindowInpainter, _ gradient: [Double], cost: Float) {
    covariance = inpainter.covariance(hiding: Array(rows))
    let hidden = DoubleMatrix(
      rows: rows.count, columns: 1, values: rows.map { gradient[$0] })
    correction = product(covariance, hidden).values
    gain = zip(correction, hidden.values).reduce(0) { $0 + $1.0 * $1.1 }
    (self.cost, kept) = (cost, 0..<rows.count)
  }

  /// What is left without the row that stands `index`-th.
  func value(without index: Int, cost: Float) -> Float {
    let place = kept.lowerBound + index
    let variance = max(covariance[place, place], 1e-12)
    return Float(gain - correction[place] * correction[place] / variance) - (self.cost - cost)
  }

  mutating func drop(first: Bool, cost: Float) {
    let place = first ? kept.lowerBound : kept.upperBound - 1
    let variance = max(covariance[place, place], 1e-12)
    let pull = correction[place] / variance
    gain -= correction[place] * pull
    self.cost -= cost
    kept = first ? kept.lowerBound + 1..<kept.upperBound : kept.lowerBound..<kept.upperBound - 1
    let lost = kept.map { covariance[$0, place] }
    for (offset, row) in kept.enumerated() {
      correction[row] -= lost[offset] * pull
      let share = lost[offset] / variance
      let start = row * covariance.columns
      for (other, column) in kept.enumerated() {
        covariance.values[start + column] -= share * lost[other]
      }
    }
  }
}

extension Array where Element == Float {
  /// The first place of the greatest value.
  fileprivate var indexOfGreatest: Int? {
    var best: Int?
    for index in indices where best.map({ self[index] > self[$0] }) ?? true { best = index }
    return best
  }
}

extension Matrix {
  fileprivate func adding(_ other: Matrix) -> Matrix {
    var sum = self
    for index in sum.values.indices { sum.values[index] += other.values[index] }
    return sum
  }

  /// Some rows of one channel.
  func rows(_ rows: Range<Int>, channel: Int) -> [Float] {
    rows.map { values[$0 * columns + channel] }
  }
}
