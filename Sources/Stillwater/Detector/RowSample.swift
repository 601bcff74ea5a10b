import Compute
import Encoding
import Tabular

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A uniform sample of rows as they stream by, thinned whenever it outgrows its memory.
///
/// Every row has a random number by seed, file and line, and stays while that lies below a bound;
/// each thinning halves the bound. So the sample does not depend on how the files were read.
struct RowSample {
  /// Bytes that the sample and what is encoded from it may take.
  let memory: Int
  let seed: UInt64
  /// Views that the rows are encoded in.
  let views: Int
  /// One row in 2^halvings is kept.
  private(set) var halvings = 0

  init(memory: Int, seed: UInt64, views: Int) {
    (self.memory, self.seed, self.views) = (memory, seed, views)
  }

  /// The share of rows that is kept, as words.
  var share: String { "one in \(1 << halvings)" }

  /// Halves the sample; false when there is hardly a row left to take away.
  mutating func halve() -> Bool {
    halvings += 1
    return halvings < 40
  }

  func keeps(file: Int, line: Int) -> Bool {
    guard halvings > 0 else { return true }
    var stream = RandomStream(seed: seed &+ UInt64(file), stream: UInt64(line))
    return stream.uniform() < 1 / Double(1 << halvings)
  }

  /// The bytes that a table takes while a detector is fitted to it: its cells, and its features in
  /// each view with a copy of one.
  func bytes(of table: Table) -> Int {
    let features = table.columns.reduce(0) { sum, column in
      guard case .categories(_, let levels) = column.values else { return sum + 2 }
      return sum + min(levels.count, CategoryEncoder.mostFeatures) + 2
    }
    return table.rowCount * (8 * (table.columns.count + 1) + 4 * (views + 1) * features)
  }

  /// A quarter of the machine.
  static var defaultMemory: Int {
    Int(clamping: ProcessInfo.processInfo.physicalMemory / 4)
  }
}
