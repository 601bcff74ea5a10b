import Compute
import Encoding
import Tabular

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A uniform sample of streaming rows, halved whenever it outgrows its memory.
///
/// Every row has a random number addressed by seed, file and line and is kept while that is below a
/// bound, which each thinning halves. The sample does not depend on how the files are read.
struct RowSample {
  /// The memory for the sample and its encoding, in bytes.
  let memory: Int
  let seed: UInt64
  /// The number of views that the rows are encoded in.
  let views: Int
  /// One row in 2^halvings is kept.
  private(set) var halvings = 0

  init(memory: Int, seed: UInt64, views: Int) {
    (self.memory, self.seed, self.views) = (memory, seed, views)
  }

  /// The sampled fraction in words, such as `one in 4`.
  var fraction: String { "one in \(1 << halvings)" }

  /// Halves the sample; false once hardly a row could be left.
  mutating func halve() -> Bool {
    halvings += 1
    return halvings < 40
  }

  /// Whether the row that starts on this line of this file belongs to the sample.
  func keeps(file: Int, line: Int) -> Bool {
    guard halvings > 0 else { return true }
    var stream = RandomStream(seed: seed &+ UInt64(file), stream: UInt64(line))
    return stream.uniform() < 1 / Double(1 << halvings)
  }

  /// An estimate of the memory for fitting to a table, in bytes: its cells, its features in each view,
  /// and a copy of one view.
  func bytes(of table: Table) -> Int {
    let features = table.columns.reduce(0) { sum, column in
      guard case .categories(_, let levels) = column.values else { return sum + 2 }
      return sum + min(levels.count, CategoryEncoder.mostFeatures) + 2
    }
    return table.rowCount * (8 * (table.columns.count + 1) + 4 * (views + 1) * features)
  }

  /// A quarter of the machine's physical memory, in bytes.
  static var defaultMemory: Int {
    Int(clamping: ProcessInfo.processInfo.physicalMemory / 4)
  }
}
