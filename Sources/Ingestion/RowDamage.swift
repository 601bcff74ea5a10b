import Files

/// What makes one row unreadable while the rest of the file is fine.
///
/// `text` is the offending cell; messages show at most 40 characters of it (`quoted(_:)`).
package enum RowDamage: Sendable, Equatable {
  case cellCount(expected: Int, found: Int)
  case nulByte
  case invalidUTF8
  case notANumber(text: String)
  case numberTooLarge(text: String)
  case notATime(text: String)
  case timeOutOfRange(text: String)
  case missingTime
  case notALabel(text: String)
  case missingLabel
}

extension RowDamage: CustomStringConvertible {
  package var description: String {
    switch self {
    case .cellCount(let expected, let found):
      "found \(found) cells, but the header has \(expected)"
    case .nulByte: "the cell holds a NUL byte"
    case .invalidUTF8: "the cell is not valid UTF-8"
    case .notANumber(let text):
      "expected a number, found \(quoted(text)); if the column holds text, use --categorical; "
        + "if this means missing, use --null-value"
    case .numberTooLarge(let text): "the number \(quoted(text)) is beyond the range of a double"
    case .notATime(let text):
      "expected a time such as 2024-05-31T23:59:00Z or seconds since 1970, found \(quoted(text))"
    case .timeOutOfRange(let text):
      "the time \(quoted(text)) is outside the years 1678 to 2261"
    case .missingTime: "the time is missing"
    case .notALabel(let text): "found the label \(quoted(text))" + expectedLabel
    case .missingLabel: "found a missing label" + expectedLabel
    }
  }

  private var expectedLabel: String {
    ", expected 0 or 1; name the text of an anomaly with --positive-label"
  }
}

/// A row that was set aside: its location, the reason, and its bytes.
package struct RejectedRow: Sendable, Equatable {
  /// The file, as the user named it.
  package let file: String
  /// The physical line on which the record starts, from 1.
  package let line: Int
  /// The name of the damaged column; nil when the row as a whole is damaged.
  package let column: String?
  package let damage: RowDamage
  /// The record byte for byte as in the file, without its line end.
  package let bytes: [UInt8]

  package init(file: String, line: Int, column: String?, damage: RowDamage, bytes: [UInt8]) {
    (self.file, self.line, self.column) = (file, line, column)
    (self.damage, self.bytes) = (damage, bytes)
  }

  /// The damage as a message without its location.
  package var reason: String { damage.description }
}

extension RejectedRow: CustomStringConvertible {
  /// `file:line:column: reason`.
  package var description: String {
    location(file, line, column) + reason
  }
}

/// The prefix of a message, `file:line:column: `, as far as the parts are known.
///
/// `-` becomes `standard input`; control characters in names are made visible.
package func location(_ path: String, _ line: Int? = nil, _ column: String? = nil) -> String {
  let file = path == "-" ? "standard input" : printable(path)
  let parts = [file, line.map { String($0) }, column.map { printable($0) }]
  return parts.compactMap { $0 }.joined(separator: ":") + ": "
}

/// Quotes untrusted text for a message: at most 40 characters, control characters made visible.
package func quoted(_ text: String) -> String {
  let head = printable(String(text.prefix(40)))
  return "\"\(head)\(text.count > 40 ? "..." : "")\""
}
