import Files
import Ingestion
package import Reporting
package import Stillwater

/// Writes series with what is abnormal replaced by what was expected.
package struct RepairStage: Sendable {
  package var files: [String]
  package var model: String
  package var output: String
  package var options = ScoringOptions()
  /// Repairs events above this instead of the model's threshold.
  package var threshold: Float?
  /// Repairs events by alarms instead of the model's threshold.
  package var alarms: AlarmChoice?
  package var rules = OutputRules()

  package init(files: [String], model: String, output: String) {
    (self.files, self.model, self.output) = (files, model, output)
  }

  package func run(progress: @escaping ProgressHandler) async throws -> RunSummary {
    do {
      var watch = Stopwatch()
      var (detector, hash) = try Detector.load(model)
      try check(detector)
      if let threshold { try detector.flag(above: threshold) }
      if let alarms { try detector.flag(alarms) }
      watch.lap("load")
      return try await repair(with: detector, hash, &watch, progress)
    } catch { throw StillwaterError(error) }
  }

  private func check(_ detector: Detector) throws(StillwaterError) {
    guard detector.layout.isSeries else {
      throw StillwaterError(
        .badData,
        "\(printable(model)): it is a model of a table; repair is for series, whose rows are filled from "
          + "those around them")
    }
    guard !files.contains("-") else {
      throw StillwaterError(.usage, "repair reads its input twice; name a file instead of -")
    }
  }

  private func repair(
    with detector: Detector, _ modelHash: String, _ watch: inout Stopwatch,
    _ progress: @escaping ProgressHandler
  ) async throws -> RunSummary {
    let written = try StageOutput(path: output, rules: rules, inputs: files + [model])
    let changes = try written.file.isReplaced ? written.open(also: output + ".changes.csv") : nil
    try changes?.append("file,line,column,found,put,event\n")
    var summary = RunSummary(command: "repair", version: stillwaterVersion)
    var (first, options) = (nil as [UInt8]?, options)
    (options.repairs, options.blames) = (true, false)
    (summary.events, summary.cellsChanged) = (0, 0)
    for path in files {
      progress("repairing \(path)", nil)
      var header = FileHeader(names: [], bytes: [])
      let outcome = try await detector.scoreRows(of: .file(path), options) {
        header = $0
      } emit: {
        try written.reject($0.chunk.rejected)
      }
      guard (first ?? header.bytes) == header.bytes else {
        throw ReportingError.otherHeader(path: path)
      }
      var patch = CellPatch(
        header, delimiter: detector.layout.dialect.delimiter.byte, keepsHeader: first == nil)
      first = header.bytes
      try written.file.append(try patch.apply(outcome.repairs, to: path, sha256: outcome.sha256))
      try changes?.append(patch.changes)
      summary.add(outcome, path: path)
      summary.warnings += Self.warnings(outcome, path: path)
      summary.events? += outcome.events.count
      summary.cellsChanged? += outcome.repairs.count
    }
    watch.lap("repair")
    summary.describe(detector)
    (summary.output, summary.modelSha256) = (output, modelHash)
    (summary.threads, summary.timings) = (options.threads, watch.seconds)
    try written.commit(summary)
    return summary
  }

  /// Events with nothing to put in their place.
  private static func warnings(_ outcome: FileOutcome, path: String) -> [String] {
    let repaired = Set(outcome.repairs.map(\.event))
    let left = outcome.events.filter { !repaired.contains($0.id) }
    return left.isEmpty
      ? []
      : [
        location(path)
          + "\(left.count) events are left as they are, for nothing that could be put there makes them "
          + "normal; the first starts on line \(left[0].start.line)"
      ]
  }
}

/// Replaces single cells of a file and keeps every other byte.
private struct CellPatch {
  /// The records of the list of changes.
  private(set) var changes: [UInt8] = []
  private let header: FileHeader
  private let delimiter: UInt8
  private let keepsHeader: Bool

  init(_ header: FileHeader, delimiter: UInt8, keepsHeader: Bool) {
    (self.header, self.delimiter, self.keepsHeader) = (header, delimiter, keepsHeader)
  }

  /// The bytes of a file with repairs, which are sorted by line, in their places.
  mutating func apply(_ repairs: [CellRepair], to path: String, sha256: String) throws -> [UInt8] {
    let bytes = try wholeFile(path, sha256: sha256)
    let starts = lineStarts(bytes)
    var (result, done) = ([UInt8](), keepsHeader ? 0 : behindHeader(bytes))
    result.reserveCapacity(bytes.count + bytes.count / 16)
    for repair in repairs {
      guard
        let place = header.names.firstIndex(where: { $0.utf8.elementsEqual(repair.column.utf8) })
      else { continue }
      let cell = cell(place, from: starts[repair.line - 1], bytes)
      result += bytes[done..<cell.lowerBound]
      CSVField.append(repair.text, to: &result, delimiter: delimiter)
      done = cell.upperBound
      note(repair, path, found: Array(bytes[cell]))
    }
    result += bytes[done...]
    if let last = result.last, last != 0x0A, last != 0x0D { result.append(0x0A) }
    return result
  }

  /// The file must be the one that was scored.
  private func wholeFile(_ path: String, sha256: String) throws -> [UInt8] {
    let file = try InputFile(path: path)
    var bytes: [UInt8] = []
    while try file.read(upTo: 1 << 20, into: &bytes) > 0 {}
    guard file.digest == sha256 else {
      throw StillwaterError(.ioFailure, location(path) + "the file changed while it was repaired")
    }
    return bytes
  }

  /// Where each physical line starts.
  private func lineStarts(_ bytes: [UInt8]) -> [Int] {
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == 0x0A || byte == 0x0D {
      let isPair = byte == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A
      if !isPair { starts.append(index + 1) }
    }
    return starts
  }

  private func behindHeader(_ bytes: [UInt8]) -> Int {
    let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var index = mark
    while index < bytes.count, bytes[index] == 0x0A || bytes[index] == 0x0D { index += 1 }
    index += header.bytes.count
    if index + 1 < bytes.count, bytes[index] == 0x0D, bytes[index + 1] == 0x0A { index += 1 }
    return min(bytes.count, index + 1)
  }

  /// The place of a cell of the record that starts at `start`.
  private func cell(_ place: Int, from start: Int, _ bytes: [UInt8]) -> Range<Int> {
    var (cells, first, inQuotes) = (0, start, false)
    for index in start..<bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") { inQuotes.toggle() }
      let isEnd = byte == 0x0A || byte == 0x0D
      guard !inQuotes, byte == delimiter || isEnd else { continue }
      if cells == place || isEnd { return first..<index }
      (cells, first) = (cells + 1, index + 1)
    }
    return first..<bytes.count
  }

  private mutating func note(_ repair: CellRepair, _ path: String, found: [UInt8]) {
    CSVField.append(path, to: &changes)
    changes.append(UInt8(ascii: ","))
    CSVField.append(repair.line, to: &changes)
    changes.append(UInt8(ascii: ","))
    CSVField.append(repair.column, to: &changes)
    changes.append(UInt8(ascii: ","))
    CSVField.append(found, to: &changes)
    changes.append(UInt8(ascii: ","))
    CSVField.append(repair.text, to: &changes)
    changes += Array(",\(repair.event)\n".utf8)
  }
}
