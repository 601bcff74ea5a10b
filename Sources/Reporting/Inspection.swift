import Files

/// The description of a CSV file or a model that `inspect` prints.
package struct Inspection: Sendable {
  /// The description for people, lines ended, safe for a terminal.
  package let text: String
  /// The description for scripts, indented JSON.
  package let json: [UInt8]

  /// * `lines`: the text, without line ends.
  /// * `report`: the value to encode as JSON.
  package init(lines: [String], report: some Encodable) {
    text = lines.map { printable($0) + "\n" }.joined()
    json = SnakeCaseJSON.encode(report, indented: true)
  }
}
