package import Files

/// Writes the rows that were set aside, each with its location and the reason, as CSV.
package struct RejectsWriter {
  /// The number of rows written so far.
  package private(set) var count = 0

  private let output: OutputFile
  private var record: [UInt8] = []

  /// Starts with the header `file,line,column,reason,text`.
  package init(output: OutputFile) throws(OutputError) {
    self.output = output
    try output.append("file,line,column,reason,text\n")
  }

  /// Writes one row that was set aside.
  ///
  /// `line` is the line of the file, from 1, on which the row begins; `column` the name or number
  /// of the column, nil when the whole row is at fault; `text` the bytes of the row as read.
  package mutating func append(
    file: String, line: Int, column: String?, reason: String, text: [UInt8]
  ) throws(OutputError) {
    record.removeAll(keepingCapacity: true)
    CSVField.append(file, to: &record)
    record.append(UInt8(ascii: ","))
    CSVField.append(line, to: &record)
    record.append(UInt8(ascii: ","))
    CSVField.append(column ?? "", to: &record)
    record.append(UInt8(ascii: ","))
    CSVField.append(reason, to: &record)
    record.append(UInt8(ascii: ","))
    CSVField.append(text, to: &record)
    record.append(UInt8(ascii: "\n"))
    try output.append(record)
    count += 1
  }

  /// Renames the file into place.
  package func commit() throws(OutputError) { try output.commit() }
}
