import Ingestion
import TestSupport

/// A slow, plain state machine for strict RFC 4180 as we read it: the twin of scanner and parser.
struct CSVTwin {
  struct Record: Equatable {
    var line: Int
    var cells: [[UInt8]]
  }
  enum Fault: Equatable {
    case strayQuote(position: Int, record: Int, column: Int)
    case openQuote(record: Int, column: Int)
  }
  private enum State { case start, blanks, unquoted, quoted, afterQuote, afterQuoteBlank }

  var records: [Record] = []
  var fault: Fault?
  private let delimiter: UInt8
  private var state = State.start
  private var cells: [[UInt8]] = []
  private var cell: [UInt8] = []
  private var line = 1
  private var recordLine = 1

  static func parse(_ bytes: [UInt8], delimiter: UInt8) -> CSVTwin {
    var twin = CSVTwin(delimiter: delimiter)
    for (position, byte) in bytes.enumerated() where twin.fault == nil {
      twin.step(byte, after: position > 0 ? bytes[position - 1] : 0, at: position)
    }
    twin.finish()
    return twin
  }

  private init(delimiter: UInt8) { self.delimiter = delimiter }

  private mutating func step(_ byte: UInt8, after previous: UInt8, at position: Int) {
    let isEnd = byte == 0x0A || byte == 0x0D
    let isSecondOfTwo = byte == 0x0A && previous == 0x0D
    if isEnd && !isSecondOfTwo { line += 1 }
    if state == .quoted {
      if byte == 0x22 { state = .afterQuote } else { cell.append(byte) }
    } else if state == .afterQuote && byte == 0x22 {
      cell.append(byte)
      state = .quoted
    } else if isEnd {
      if isSecondOfTwo && state == .start && cells.isEmpty {
        recordLine = line
      } else {
        endRecord()
      }
    } else if byte == delimiter {
      endCell()
    } else if byte == 0x20 || byte == 0x09 {
      blank(byte)
    } else if byte == 0x22 && (state == .start || state == .blanks) {
      state = .quoted
    } else if byte == 0x22 || state == .afterQuote || state == .afterQuoteBlank {
      fault = .strayQuote(position: position, record: records.count, column: cells.count)
    } else {
      cell.append(byte)
      state = .unquoted
    }
  }

  private mutating func blank(_ byte: UInt8) {
    switch state {
    case .start, .blanks: state = .blanks
    case .afterQuote, .afterQuoteBlank: state = .afterQuoteBlank
    default: cell.append(byte)
    }
  }

  private mutating func endCell() {
    if state == .unquoted { while cell.last == 0x20 || cell.last == 0x09 { cell.removeLast() } }
    cells.append(cell)
    (cell, state) = ([], .start)
  }

  private mutating func endRecord() {
    if !cells.isEmpty || (state != .start && state != .blanks) {
      endCell()
      records.append(Record(line: recordLine, cells: cells))
    }
    (cells, state, recordLine) = ([], .start, line)
  }

  private mutating func finish() {
    guard fault == nil else { return }
    if state == .quoted {
      fault = .openQuote(record: records.count, column: cells.count)
    } else {
      endRecord()
    }
  }
}

extension SeededGenerator {
  /// Text of up to `length` bytes out of `alphabet`.
  mutating func text(upTo length: Int, from alphabet: String) -> [UInt8] {
    let alphabet = Array(alphabet.utf8)
    let count = Int.random(in: 0...length, using: &self)
    return (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &self)] }
  }

  /// A well-formed file: every cell quoted as needed, line ends mixed.
  mutating func file(columns: Int, rows: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for row in 0...rows {
      for column in 0..<columns {
        if column > 0 { bytes.append(0x2C) }
        bytes += row == 0 ? Array("c\(column)".utf8) : cell()
      }
      let ends = ["\n", "\r\n", "\r", "\n\n", "\r\n \n"]
      bytes += Array(ends[Int.random(in: 0..<ends.count, using: &self)].utf8)
    }
    return bytes
  }

  private mutating func cell() -> [UInt8] {
    let content = text(upTo: 6, from: "ab1\",\n\r é")
    let isUTF8 = String(validating: content, as: UTF8.self) != nil
    let doubled = (isUTF8 ? content : [0x61]).flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] }
    return [0x22] + doubled + [0x22]
  }
}
