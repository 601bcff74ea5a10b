package import Files

/// Why the reading of a CSV file ended.
///
/// `line` is the physical line from 1; `column` is a name, or a number from 1 where no name is known;
/// `delimiterGuess` is the delimiter the header suggests, for a hint at `--delimiter`.
package enum IngestionError: Error, Equatable {
  case file(FileError)
  case empty(path: String)
  /// The file begins like another format, which `found` names.
  case notText(path: String, found: String)
  /// Blank, duplicate or undecodable column names, all of them at once.
  case header(path: String, line: Int, problems: [String])
  case missingColumns(path: String, names: [String], delimiterGuess: CSVDialect.Delimiter?)
  case strayQuote(path: String, line: Int, column: String)
  case openQuote(path: String, line: Int, column: String)
  case cellTooLong(path: String, line: Int, column: String, limit: Int)
  case recordTooLong(path: String, line: Int, limit: Int)
  case tooManyColumns(path: String, line: Int, found: Int, limit: Int)
  case badRow(RejectedRow, delimiterGuess: CSVDialect.Delimiter?)
  case tooManyBadRows(path: String, maximum: Int, found: Int, last: RejectedRow)
  /// Record scanner and CSV parser disagree, which is a bug of the program.
  case recordCountMismatch(path: String, line: Int, scanned: Int, parsed: Int)
}

extension IngestionError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .file(let error): error.description
    case .empty(let path): location(path) + "the file is empty, expected a header line"
    case .notText(let path, let found): location(path) + "expected UTF-8 text, found \(found)"
    case .header(let path, let line, let problems): list(problems, at: location(path, line))
    case .missingColumns(let path, let names, let guess):
      location(path, 1)
        + "missing columns: \(names.map(quoted).joined(separator: ", "))" + hint(guess)
    case .strayQuote(let path, let line, let column):
      location(path, line, column)
        + "found a quote inside the cell; a quoted cell doubles its quotes, \"like \"\"this\"\"\""
    case .openQuote(let path, let line, let column):
      location(path, line, column) + "the quote that opens here is never closed"
    case .cellTooLong(let path, let line, let column, let limit):
      location(path, line, column)
        + "the cell is longer than the limit of \(limit) bytes; is its quote closed?"
    case .recordTooLong(let path, let line, let limit):
      location(path, line) + "the record is longer than the limit of \(limit) bytes"
    case .tooManyColumns(let path, let line, let found, let limit):
      location(path, line) + "found \(found) columns, the limit is \(limit)"
    case .badRow(let row, let guess): row.description + hint(guess)
    case .tooManyBadRows(let path, let maximum, let found, let last):
      location(path) + "found \(found) bad rows, at most \(maximum) are allowed; the last is "
        + last.description
    case .recordCountMismatch(let path, let line, let scanned, let parsed):
      location(path, line) + "internal error: \(scanned) records found, \(parsed) parsed"
    }
  }

  /// At most 20 problems, one per line, then the number of the others.
  private func list(_ problems: [String], at location: String) -> String {
    var lines = problems.prefix(20).map { location + $0 }
    if problems.count > 20 { lines.append(location + "and \(problems.count - 20) more") }
    return lines.joined(separator: "\n")
  }

  private func hint(_ guess: CSVDialect.Delimiter?) -> String {
    guard let guess else { return "" }
    return "; the header looks like one with delimiter \(guess.rawValue), try --delimiter "
      + guess.rawValue
  }
}
