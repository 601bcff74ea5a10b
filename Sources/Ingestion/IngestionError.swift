package import Files

/// Why a CSV file is refused; `line` is physical, from 1, and `column` a name or a number.
package enum IngestionError: Error, Equatable {
  case file(FileError)
  case empty(path: String)
  /// The first bytes are not those of UTF-8 text; `found` names what they look like.
  case notText(path: String, found: String)
  case header(path: String, line: Int, problems: [String])
  case missingColumns(path: String, names: [String], delimiterGuess: CSVDialect.Delimiter?)
  case strayQuote(path: String, line: Int, column: String)
  case openQuote(path: String, line: Int, column: String)
  case cellTooLong(path: String, line: Int, column: String, limit: Int)
  case recordTooLong(path: String, line: Int, limit: Int)
  case tooManyColumns(path: String, line: Int, found: Int, limit: Int)
  case badRow(RejectedRow, delimiterGuess: CSVDialect.Delimiter?)
  case tooManyBadRows(path: String, maximum: Int, found: Int, last: RejectedRow)
  /// Two ways to find the records disagree: a fault of the program.
  case recordCountMismatch(path: String, line: Int, scanned: Int, parsed: Int)
}

extension IngestionError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .file(let error): error.description
    case .empty(let path): place(path) + "the file is empty, expected a header line"
    case .notText(let path, let found): place(path) + "expected UTF-8 text, found \(found)"
    case .header(let path, let line, let problems): list(problems, at: place(path, line))
    case .missingColumns(let path, let names, let guess):
      place(path, 1) + "missing columns: \(names.map(quoted).joined(separator: ", "))" + hint(guess)
    case .strayQuote(let path, let line, let column):
      place(path, line, column)
        + "found a quote inside the cell; a quoted cell doubles its quotes, \"like \"\"this\"\"\""
    case .openQuote(let path, let line, let column):
      place(path, line, column) + "the quote that opens here is never closed"
    case .cellTooLong(let path, let line, let column, let limit):
      place(path, line, column)
        + "the cell is longer than the limit of \(limit) bytes; is its quote closed?"
    case .recordTooLong(let path, let line, let limit):
      place(path, line) + "the record is longer than the limit of \(limit) bytes"
    case .tooManyColumns(let path, let line, let found, let limit):
      place(path, line) + "found \(found) columns, the limit is \(limit)"
    case .badRow(let row, let guess): row.description + hint(guess)
    case .tooManyBadRows(let path, let maximum, let found, let last):
      place(path) + "found \(found) bad rows, at most \(maximum) are allowed; the last is "
        + last.description
    case .recordCountMismatch(let path, let line, let scanned, let parsed):
      place(path, line) + "internal error: \(scanned) records found, \(parsed) parsed"
    }
  }

  /// At most 20 problems, one on each line, then a count of the others.
  private func list(_ problems: [String], at place: String) -> String {
    var lines = problems.prefix(20).map { place + $0 }
    if problems.count > 20 { lines.append(place + "and \(problems.count - 20) more") }
    return lines.joined(separator: "\n")
  }

  private func hint(_ guess: CSVDialect.Delimiter?) -> String {
    guard let guess else { return "" }
    return "; the header looks like one with delimiter \(guess.rawValue), try --delimiter "
      + guess.rawValue
  }
}
