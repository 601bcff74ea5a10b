import Foundation

/// A CSV file without quotes, as text.
struct TextTable: Sendable {
  let header: [String]
  var rows: [[String]]

  init(header: [String], rows: [[String]]) { (self.header, self.rows) = (header, rows) }

  init(path: String) throws {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
      .map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
      }
    self.init(header: lines.first ?? [], rows: Array(lines.dropFirst()))
  }

  func write(to path: String) throws {
    let text = ([header] + rows).map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  func column(_ name: String) -> Int? { header.firstIndex(of: name) }

  /// Standard deviation of a column's numbers.
  func deviation(_ column: Int) -> Double {
    let values = rows.compactMap { Double($0[column]) }
    let mean = values.reduce(0, +) / Double(max(1, values.count))
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(max(1, values.count))).squareRoot()
  }
}

/// Runs `body` with a folder that is gone afterwards.
func withScratchFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let folder = NSTemporaryDirectory() + "stillwater-bench-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try await body(folder)
}
