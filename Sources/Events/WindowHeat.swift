import Compute
import Diffusion
import Scoring

/// How much more than by design the windows of left-out stretches stand out in one channel.
///
/// Of one channel the median distance of a window for each of its rows counts; of several the 99 %
/// point of what a single row gives, over that of a normal number squared.
struct WindowHeat {
  let value: Double
  /// The 99 % point of a squared standard normal number.
  private static let normalPoint = 6.63

  init(_ stretches: [LeftOutStretch], channel: Int) {
    var (energies, rows) = ([Double](), [Double]())
    for stretch in stretches {
      let values = stretch.measurement.values
      let isSingle = values.columns == 1
      let inpainter = stretch.scorer.inpainter(channel: channel, of: values.columns)
      let n = inpainter.length
      guard values.rows >= n else { continue }
      for start in stride(from: 0, through: values.rows - n, by: max(1, n / (isSingle ? 8 : 4))) {
        let window = values.rows(start..<start + n, channel: channel)
        let gradient = inpainter.gradient(of: window)
        if isSingle {
          let energy = (0..<n).reduce(0.0) {
            $0 + gradient[$1] * (Double(window[$1]) - inpainter.mean[$1])
          }
          energies.append(energy / Double(n))
        } else {
          rows += (n / 4..<n - n / 4).map { row in
            gradient[row] * gradient[row] / max(inpainter.precision[row, row], 1e-12)
          }
        }
      }
    }
    if !energies.isEmpty {
      value = max(1, quantile(ofSorted: energies.sorted(), 0.5))
    } else if !rows.isEmpty {
      value = max(1, quantile(ofSorted: rows.sorted(), 0.99) / Self.normalPoint)
    } else {
      value = 1
    }
  }
}
