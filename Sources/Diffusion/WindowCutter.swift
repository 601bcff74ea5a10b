package import Compute

/// Cuts a segment into overlapping windows of `length` rows.
///
/// A window is a contiguous run of the segment's row-major values, so cutting is copying.
package struct WindowCutter: Sendable {
  package let length, channels: Int

  package init(length: Int, channels: Int) { (self.length, self.channels) = (length, channels) }

  /// The first rows of windows, `step` rows apart, plus one that ends with the segment.
  ///
  /// Empty when the segment of `rows` rows is shorter than a window.
  package func starts(in rows: Int, stride step: Int) -> [Int] {
    guard rows >= length else { return [] }
    var starts = Array(stride(from: 0, through: rows - length, by: max(1, step)))
    if let last = starts.last, last < rows - length { starts.append(rows - length) }
    return starts
  }

  /// The windows that begin at these rows, `[starts, length * channels]`, time before channel.
  package func windows(of values: Matrix, at starts: some Collection<Int>) -> Matrix {
    var cut: [Float] = []
    cut.reserveCapacity(starts.count * length * channels)
    for start in starts {
      cut.append(contentsOf: values.values[start * channels..<(start + length) * channels])
    }
    return Matrix(rows: starts.count, columns: length * channels, values: cut)
  }
}
