import Compute
import Foundation

/// A CSV file of numbers with five decimals.
///
/// Its columns are mixtures of three hidden factors with a little noise; one row in a hundred is three
/// times as far out.
struct SyntheticFile: Sendable {
  let columns: Int
  let seed: UInt64

  private static let factors = 3
  /// Different rows at most; a longer file repeats them.
  private static let distinctRows = 100_000

  /// Writes this many rows.
  func write(to path: String, rows: Int) throws {
    let block = min(rows, Self.distinctRows)
    let (bytes, ends) = bytes(rows: block)
    try header.write(to: URL(fileURLWithPath: path))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? file.close() }
    try file.seekToEnd()
    for start in stride(from: 0, to: rows, by: block) {
      let count = min(block, rows - start)
      try file.write(contentsOf: bytes.prefix(ends[count - 1]))
    }
  }

  /// Writes at least this many bytes, to the next full row.
  func write(to path: String, bytes: Int) throws {
    let sample = 1_000
    let length = self.bytes(rows: sample).ends[sample - 1]
    try write(to: path, rows: max(1, bytes * sample / length))
  }

  private var header: Data {
    Data((columnNames.joined(separator: ",") + "\n").utf8)
  }

  var columnNames: [String] { (1...columns).map { "c\($0)" } }

  /// The rows as text, and where each ends.
  private func bytes(rows: Int) -> (Data, ends: [Int]) {
    let values = values(rows: rows)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rows * columns * 9)
    var ends: [Int] = []
    for row in 0..<rows {
      let scale: Float = row % 100 == 99 ? 3 : 1
      for index in values.range(ofRow: row) {
        append(scale * values.values[index], to: &bytes)
        bytes.append(UInt8(ascii: ","))
      }
      bytes[bytes.count - 1] = UInt8(ascii: "\n")
      ends.append(bytes.count)
    }
    return (Data(bytes), ends)
  }

  private func values(rows: Int) -> Matrix {
    let mixing = Matrix.gaussian(rows: Self.factors, columns: columns, seed: 11, stream: 0)
    let hidden = Matrix.gaussian(rows: rows, columns: Self.factors, seed: seed, stream: 1)
    var values = Matrix.gaussian(rows: rows, columns: columns, seed: seed, stream: 2)
    for index in values.values.indices { values.values[index] *= 0.2 }
    multiply(hidden, mixing, into: &values, accumulating: true)
    return values
  }

  private func append(_ value: Float, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let (whole, decimals) = Int((abs(value) * 1e5).rounded()).quotientAndRemainder(
      dividingBy: 100_000)
    bytes.append(contentsOf: String(whole).utf8)
    bytes.append(UInt8(ascii: "."))
    bytes.append(contentsOf: String(100_000 + decimals).utf8.dropFirst())
  }
}
