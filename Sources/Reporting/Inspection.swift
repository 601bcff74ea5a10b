import Files

/// What a CSV file or a model looks like.
package struct Inspection: Sendable {
  /// For people.
  package let text: String
  /// For scripts, as JSON.
  package let json: [UInt8]

  /// * `lines`: the text for people.
  /// * `report`: what scripts get, as JSON.
  package init(lines: [String], report: some Encodable) {
    text = lines.map { printable($0) + "\n" }.joined()
    json = SnakeCaseJSON.encode(report, indented: true)
  }
}
