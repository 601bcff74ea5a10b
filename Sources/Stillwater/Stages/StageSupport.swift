import Files
import Ingestion
import Reporting

/// Tells how far a stage is: what it does and, if known, the share that is done.
package typealias ProgressHandler = @Sendable (_ activity: String, _ share: Double?) -> Void

/// Rules for the files a stage writes.
package struct OutputRules: Sendable {
  /// Whether existing files may be replaced.
  package var replaces = true

  package init() {}
}

/// Measures the seconds of named parts.
struct Stopwatch {
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant
  private(set) var seconds: [String: Double] = [:]

  init() { last = clock.now }

  /// Ends a part.
  mutating func lap(_ name: String) {
    let now = clock.now
    let duration = (now - last).components
    let time = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
    seconds[name, default: 0] += (time * 1000).rounded() / 1000
    last = now
  }
}

/// Writes `OUT.rejects.csv` when rows were set aside, then `OUT.summary.json`, the mark of
/// completion.
///
/// Nothing for standard output.
func writeCompanions(of output: String, rejected: [RejectedRow], summary: RunSummary) throws {
  guard output != "-" else { return }
  if !rejected.isEmpty {
    let file = try OutputFile(path: output + ".rejects.csv")
    try file.write("file,line,column,reason,text\n")
    for row in rejected { try file.write(line(of: row)) }
    try file.commit()
  }
  let file = try OutputFile(path: output + ".summary.json")
  try file.write(summary.json())
  try file.commit()
}

private func line(of row: RejectedRow) -> [UInt8] {
  var bytes: [UInt8] = []
  appendField(row.file.utf8, to: &bytes)
  bytes.append(0x2c)
  appendNumber(row.line, to: &bytes)
  bytes.append(0x2c)
  appendField((row.column ?? "").utf8, to: &bytes)
  bytes.append(0x2c)
  appendField(row.reason.utf8, to: &bytes)
  bytes.append(0x2c)
  // Bytes that are not UTF-8 are shown by the replacement character: the reject file is text.
  appendField(String(decoding: row.bytes, as: UTF8.self).utf8, to: &bytes)
  return bytes + [0x0a]
}
