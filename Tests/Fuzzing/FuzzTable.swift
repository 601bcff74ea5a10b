import Foundation
import Ingestion
import Tabular

/// A file for the case at hand, kept in memory where the system can do that.
enum CaseFile {
  static let path: String = {
    let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm/" : "/tmp/"
    return folder + "stillwater-fuzz-\(getpid())"
  }()

  static func write(_ bytes: ArraySlice<UInt8>) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let count = unsafe bytes.withUnsafeBytes {
      unsafe Foundation.write(file, $0.baseAddress, $0.count)
    }
    close(file)
    unlinkAtExit
    guard count == bytes.count else { broken("\(path) cannot be written") }
  }

  private static let unlinkAtExit: Void = { _ = atexit { _ = unsafe unlink(CaseFile.path) } }()
}

/// All that reading a table gives.
private struct TableReading: Equatable {
  var error: IngestionError?
  var lines: [Int] = []
  var records: [[UInt8]] = []
  var rejected: [RejectedRow] = []
  var cells: [[UInt64]] = []
  var blankLines = 0
}

/// What a file says does not depend on how it is cut into blocks, and each record is accounted for.
///
/// The first two bytes choose the dialect, the plan and the size of the blocks.
func checkTable(_ bytes: [UInt8]) {
  guard bytes.count >= 2 else { return }
  let choice = Int(bytes[0])
  let dialect = CSVDialect(
    delimiter: CSVDialect.Delimiter.allCases[choice & 3], decimal: .point,
    nullValues: choice & 4 == 0 ? [] : ["-"])
  let policies: [BadRowPolicy] = [.fail, .quarantine(maximum: nil), .quarantine(maximum: 1)]
  let policy = policies[(choice >> 3) % 3]
  CaseFile.write(bytes[2...])
  func read(block: Int) -> TableReading {
    let limits = ReadingLimits(
      cellBytes: 64, columns: 16, recordBytes: 128, blockBytes: block)
    return reading(dialect, limits, policy, plan: choice >> 5)
  }
  let whole = read(block: 1 << 16)
  var cut = read(block: 1 + Int(bytes[1] & 63))
  if case .recordCountMismatch = whole.error { broken("two parsers disagree") }
  if isOneOfSeveral(whole.error) || isOneOfSeveral(cut.error) {
    guard whole.error != nil, cut.error != nil else { broken("refused in blocks of one size only") }
  } else if let error = whole.error {  // rows before it may have been handed out already
    guard cut.error == error else { broken("\(error) in one block, \(cut) in small ones") }
    guard !error.description.isEmpty else { broken("an error without words") }
  } else {
    if cut.lines.isEmpty { cut.cells = whole.cells }
    guard cut == whole else { broken("\(whole) in one block, \(cut) in small ones") }
  }
}

/// Whether the file may be refused for another reason as well, whichever is met first: a packed file
/// breaks off before or behind other damage, and a record that is too long may be damaged besides.
private func isOneOfSeveral(_ error: IngestionError?) -> Bool {
  switch error {
  case .file, .recordTooLong: true
  default: false
  }
}

private func reading(
  _ dialect: CSVDialect, _ limits: ReadingLimits, _ policy: BadRowPolicy, plan: Int
) -> TableReading {
  let kinds: [ReadingPlan.Reading] = [.number, .category, .time]
  var result = TableReading()
  do throws(IngestionError) {
    var reader = try TableReader(
      path: CaseFile.path, dialect: dialect, limits: limits, policy: policy)
    if plan & 4 != 0 { _ = try reader.inferSchema() }
    let columns = reader.header.enumerated().map {
      ReadingPlan.PlannedColumn(name: $1, reading: kinds[(plan + $0) % 3])
    }
    result.cells = columns.map { _ in [] }
    while let chunk = try reader.next(ReadingPlan(columns: columns)) { result.add(chunk) }
    result.blankLines = reader.blankLines
    guard reader.rowsRead == result.lines.count, reader.rowsRejected == result.rejected.count else {
      broken("\(reader.rowsRead) rows counted, \(result.lines.count) given")
    }
  } catch { result.error = error }
  return result
}

extension TableReading {
  mutating func add(_ chunk: RecordChunk) {
    lines += chunk.lines
    rejected += chunk.rejected
    records += (0..<chunk.rowCount).map { Array(chunk.record($0)) }
    for (index, column) in chunk.table.columns.enumerated() {
      let values = values(column)
      guard values.count == chunk.rowCount else { broken("a column of another length") }
      cells[index] += values
    }
  }

  private func values(_ column: Column) -> [UInt64] {
    switch column.values {
    case .numbers(let numbers): numbers.map { $0.isNaN ? 1 : $0.bitPattern }
    case .times(let times): times.map { UInt64(bitPattern: $0) }
    case .categories(let codes, let levels):
      codes.map { code in
        code < 0 ? 1 : levels[Int(code)].utf8.reduce(2) { $0 &* 31 &+ UInt64($1) }
      }
    }
  }
}
