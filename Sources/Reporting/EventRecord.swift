package import Files

/// A run of flagged rows of a series, as it is written.
package struct EventRecord: Sendable, Equatable {
  package var path: String
  /// The times of the first and the last row; empty without a time column.
  package var start, end: String
  package var startLine, endLine, rows: Int
  /// The row with the highest score.
  package var peak: Finding

  /// An event of one row so far.
  package init(path: String, time: String, peak: Finding) {
    (self.path, start, end, self.peak) = (path, time, time, peak)
    (startLine, endLine, rows) = (peak.line, peak.line, 1)
  }

  /// Takes in the row behind the last one.
  package mutating func append(_ finding: Finding, time: String) {
    (end, endLine, rows) = (time, finding.line, rows + 1)
    if finding.score > peak.score { peak = finding }
  }

  /// Writes events as CSV, one a row.
  package static func write(_ events: [EventRecord], to file: OutputFile) throws {
    try file.append(
      "file,start,end,start_line,end_line,rows,peak_line,peak_score,p_value,top_columns\n")
    for event in events { try file.append(event.csv) }
  }

  private var csv: [UInt8] {
    var bytes: [UInt8] = []
    CSVField.append(path, to: &bytes)
    bytes += Array(",\(start),\(end),\(startLine),\(endLine),\(rows)".utf8)
    bytes += Array(",\(peak.line),\(peak.score),\(Float(peak.pValue)),".utf8)
    CSVField.append(peak.topColumns.map(\.column).joined(separator: " "), to: &bytes)
    return bytes + [0x0a]
  }
}
