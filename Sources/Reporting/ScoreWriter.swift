package import Files
package import Ingestion

/// Which input columns are copied to the output; raw values are those of `--keep`.
package enum KeptColumns: String, Sendable, CaseIterable {
  case all, keys, none
}

/// The format of scored rows; raw values are those of `--format`.
package enum ScoreFormat: String, Sendable, CaseIterable {
  case csv, ndjson
}

/// Writes scored rows: the input's columns byte for byte, then the results.
package struct ScoreWriter {
  let file: OutputFile
  let keep: KeptColumns
  let format: ScoreFormat
  let prefix: String
  /// The columns whose expected values are added; empty if not requested.
  let explained: [String]
  /// The key columns, for `--keep keys`.
  let keys: [String]
  let dialect: CSVDialect
  /// Whether the rows are those of a series, which lie in events.
  let isSeries: Bool
  private var header: (names: [String], bytes: [UInt8], keyPlaces: [Int])?

  package init(
    file: OutputFile, keep: KeptColumns, format: ScoreFormat, prefix: String, explained: [String],
    keys: [String], dialect: CSVDialect, isSeries: Bool
  ) {
    (self.file, self.keep, self.format, self.prefix) = (file, keep, format, prefix)
    (self.explained, self.keys, self.dialect) = (explained, keys, dialect)
    self.isSeries = isSeries
  }

  /// The names of the added columns, in order.
  private var added: [String] {
    (["line", "score", "ratio", "p_value", "anomaly", "top_columns"]
      + (isSeries ? ["event"] : [])).map { prefix + $0 }
      + explained.map { "\(prefix)expected_\($0)" }
  }

  /// Begins a file: writes the header for the first, compares it for later ones.
  ///
  /// Throws `ReportingError.nameClash` or `otherHeader`.
  package mutating func begin(path: String, names: [String], bytes: [UInt8]) throws {
    let kept = kept(names)
    for name in added where kept.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
      throw ReportingError.nameClash(path: path, column: name)
    }
    if let header {
      guard keep != .all || header.bytes == bytes else {
        throw ReportingError.otherHeader(path: path)
      }
      self.header = (names, bytes, places(in: names))
      return
    }
    header = (names, bytes, places(in: names))
    guard format == .csv else { return }
    var line = keep == .all ? bytes : []
    if keep == .keys { append(kept, to: &line) }
    append(added, to: &line)
    try file.append(line + [0x0a])
  }

  private func kept(_ names: [String]) -> [String] {
    switch keep {
    case .all: names
    case .keys: places(in: names).map { names[$0] }
    case .none: []
    }
  }

  private func places(in names: [String]) -> [Int] {
    names.indices.filter { index in keys.contains { $0.utf8.elementsEqual(names[index].utf8) } }
  }

  private func append(_ cells: [String], to line: inout [UInt8]) {
    for cell in cells {
      if !line.isEmpty { line.append(dialect.delimiter.byte) }
      appendCell(cell, to: &line)
    }
  }

  private func appendCell(_ cell: String, to line: inout [UInt8]) {
    CSVField.append(cell, to: &line, delimiter: dialect.delimiter.byte)
  }

  /// Writes the rows of a chunk with their results, one for each row.
  package func write(_ chunk: RecordChunk, _ findings: [Finding]) throws {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(findings.count * 128)
    for (row, finding) in findings.enumerated() {
      switch format {
      case .csv: appendCSV(chunk, row, finding, to: &bytes)
      case .ndjson: appendJSON(chunk, row, finding, to: &bytes)
      }
      bytes.append(0x0a)
    }
    try file.append(bytes)
  }

  private func appendCSV(
    _ chunk: RecordChunk, _ row: Int, _ finding: Finding, to bytes: inout [UInt8]
  ) {
    switch keep {
    case .all:
      bytes.append(contentsOf: chunk.record(row))
      bytes.append(dialect.delimiter.byte)
    case .keys:
      let cells = chunk.rawCells(row)
      for place in header?.keyPlaces ?? [] {
        bytes += cells[place]
        bytes.append(dialect.delimiter.byte)
      }
    case .none: break
    }
    CSVField.append(finding.line, to: &bytes)
    bytes.append(dialect.delimiter.byte)
    appendNumber(finding.score, to: &bytes)
    bytes.append(dialect.delimiter.byte)
    appendNumber(finding.ratio, to: &bytes)
    bytes.append(dialect.delimiter.byte)
    appendNumber(Float(finding.pValue), to: &bytes)
    bytes.append(dialect.delimiter.byte)
    bytes.append(finding.isAnomaly ? 0x31 : 0x30)
    bytes.append(dialect.delimiter.byte)
    appendBlame(finding.topColumns, to: &bytes)
    if isSeries {
      bytes.append(dialect.delimiter.byte)
      bytes += Array((finding.event ?? "").utf8)
    }
    for cell in finding.expected {
      bytes.append(dialect.delimiter.byte)
      appendCell(cell, to: &bytes)
    }
  }

  private func appendBlame(_ columns: [Finding.Blame], to bytes: inout [UInt8]) {
    let start = bytes.count
    for column in columns {
      if bytes.count > start { bytes.append(0x20) }
      bytes.append(contentsOf: column.column.utf8)
      bytes.append(0x3a)
      bytes.append(contentsOf: percent(column.share).utf8)
    }
    CSVField.quote(&bytes, from: start, delimiter: dialect.delimiter.byte)
  }

  /// Appends a number with the decimal mark of the input.
  private func appendNumber(_ number: Float, to bytes: inout [UInt8]) {
    let start = bytes.count
    CSVField.append(number, to: &bytes)
    guard dialect.decimal == .comma else { return }
    if let point = bytes[start...].firstIndex(of: 0x2e) { bytes[point] = 0x2c }
  }

  private func appendJSON(
    _ chunk: RecordChunk, _ row: Int, _ finding: Finding, to bytes: inout [UInt8]
  ) {
    var text = "{"
    if keep != .none, let header {
      let cells = chunk.rawCells(row)
      let places = keep == .all ? Array(header.names.indices) : header.keyPlaces
      for place in places {
        text += jsonString(header.names[place]) + ":" + jsonString(plain(cells[place])) + ","
      }
    }
    text += "\(key("line")):\(finding.line),\(key("score")):\(finding.score)"
    text += ",\(key("ratio")):\(finding.ratio),\(key("p_value")):\(Float(finding.pValue))"
    text += ",\(key("anomaly")):\(finding.isAnomaly ? 1 : 0),\(key("top_columns")):["
    text += finding.topColumns.map {
      "{\"column\":\(jsonString($0.column)),\"share\":\(percent($0.share))}"
    }.joined(separator: ",")
    text += "]"
    if isSeries { text += ",\(key("event")):\(jsonString(finding.event ?? ""))" }
    if !finding.expected.isEmpty {
      let pairs = zip(explained, finding.expected).map { "\(jsonString($0)):\(jsonString($1))" }
      text += ",\(key("expected")):{" + pairs.joined(separator: ",") + "}"
    }
    bytes += Array((text + "}").utf8)
  }

  /// The key of an added column in JSON.
  private func key(_ name: String) -> String { jsonString(prefix + name) }

  /// The text of a raw cell, without surrounding blanks and quotes.
  private func plain(_ cell: ArraySlice<UInt8>) -> String {
    let text = String(decoding: cell, as: UTF8.self).trimming(" \t")
    guard text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
    return text.dropFirst().dropLast().split(separator: "\"\"", omittingEmptySubsequences: false)
      .joined(separator: "\"")
  }

  /// A fraction with two decimals.
  private func percent(_ share: Float) -> String {
    let hundredths = Int((share * 100).rounded())
    return hundredths >= 100 ? "1" : "0." + (hundredths < 10 ? "0" : "") + "\(hundredths)"
  }
}

extension String {
  fileprivate func trimming(_ blanks: String) -> String {
    let isBlank = { (character: Character) in blanks.contains(character) }
    let start = firstIndex { !isBlank($0) } ?? endIndex
    let end = lastIndex { !isBlank($0) }.map { index(after: $0) } ?? start
    return String(self[start..<end])
  }
}

/// A JSON string literal: quotes, backslashes and control characters escaped, all else unchanged.
private func jsonString(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case _ where scalar.value < 0x20 || scalar.value == 0x7f:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
