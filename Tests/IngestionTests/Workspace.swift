import Files
import Foundation
import Ingestion
import Tabular

/// A folder of its own for the files of one test, removed afterwards.
final class Workspace {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "ingestion-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Writes a file and returns its path.
  func file(_ bytes: [UInt8], named name: String = "t.csv") throws -> String {
    let path = folder + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }
}

/// All that reading a file gives, in a form that can be compared.
struct Outcome: Equatable {
  var columns: [[String]] = []
  var lines: [Int] = []
  var records: [[UInt8]] = []
  var rejected: [RejectedRow] = []
  var missing: [Int] = []
  var blankLines = 0
  var lacksFinalNewline = false
  var digest = ""
  var error: IngestionError?
}

/// Reads a whole file by a plan; an empty plan takes all columns as categories.
func outcome(
  path: String, dialect: CSVDialect = CSVDialect(), limits: ReadingLimits = ReadingLimits(),
  policy: BadRowPolicy = .fail, plan: [ReadingPlan.Reading] = [], infers: Bool = false
) -> Outcome {
  var outcome = Outcome()
  do throws(IngestionError) {
    var reader = try TableReader(path: path, dialect: dialect, limits: limits, policy: policy)
    let columns = reader.header.enumerated().map { index, name in
      ReadingPlan.PlannedColumn(
        name: name, reading: plan.indices.contains(index) ? plan[index] : .category)
    }
    outcome.columns = reader.header.map { _ in [] }
    if infers { _ = try reader.inferSchema() }
    while let chunk = try reader.next(ReadingPlan(columns: columns)) { outcome.add(chunk) }
    outcome.missing = reader.missingCells
    (outcome.blankLines, outcome.digest) = (reader.blankLines, reader.digest)
    outcome.lacksFinalNewline = reader.lacksFinalNewline
  } catch {
    outcome.error = error
  }
  return outcome
}

extension Outcome {
  mutating func add(_ chunk: RecordChunk) {
    lines += chunk.lines
    rejected += chunk.rejected
    records += (0..<chunk.rowCount).map { Array(chunk.record($0)) }
    for (index, column) in chunk.table.columns.enumerated() { columns[index] += texts(column) }
  }

  private func texts(_ column: Column) -> [String] {
    switch column.values {
    case .numbers(let values): values.map { $0.isNaN ? "missing" : "\($0)" }
    case .times(let values): values.map { "\($0)" }
    case .categories(let codes, let levels):
      codes.map { $0 < 0 ? "missing" : levels[Int($0)] }
    }
  }
}
